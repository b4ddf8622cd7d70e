def model(dbt, session):
    dbt.config(materialized="counted")
    return None
