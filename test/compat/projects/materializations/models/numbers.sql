select n::integer as n, n % 3 = 0 as by_three, 'number ' || n as label
from generate_series(1, 20) as n
