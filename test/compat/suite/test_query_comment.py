from groups import classes_of

globals().update(classes_of("query_comment"))
