select round(price * 1.5, 2)
