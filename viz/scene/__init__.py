"""What stands in a picture and where: boxes, arrows, places."""
