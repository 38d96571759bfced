"""What the formulas of the tests are given."""

GIVEN = {"x": 2.0, "y": -0.5, "w": [0.5, 3.0]}
