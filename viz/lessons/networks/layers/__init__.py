"""A larger network, layer by layer: its picture, its steps and words."""
