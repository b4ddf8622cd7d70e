from groups import classes_of

globals().update(classes_of("constraints"))
