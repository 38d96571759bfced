"""How it is said: numbers, equations, names, words."""
