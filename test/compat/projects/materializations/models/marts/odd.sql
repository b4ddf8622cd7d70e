{{ config(indexes=[{'columns': ['n'], 'unique': true}, {'columns': ['label', 'n'], 'type': 'btree'}]) }}
select * from {{ ref('numbers') }} where n % 2 = 1
