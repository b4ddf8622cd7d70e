\echo Use "CREATE EXTENSION mesh" to load this file. \quit
