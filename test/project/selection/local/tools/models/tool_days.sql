select generate_series(1, 10) as day
