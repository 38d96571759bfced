"""Pictures as files: looks, DOT, SVG, text, and the engines that place them."""
