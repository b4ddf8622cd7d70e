select round(price * {{ var('tax', 1.19) }}, 2)
