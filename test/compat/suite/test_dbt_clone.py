from groups import classes_of

globals().update(classes_of("dbt_clone"))
