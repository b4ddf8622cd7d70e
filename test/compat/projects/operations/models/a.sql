select n from generate_series(1, 4) n
