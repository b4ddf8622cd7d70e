{{ config(materialized='table') }}
select 'a'::bpchar as blank, 'b'::char(3) as three, 'c'::varchar(7) as seven, interval '1 day'::interval day as days, 1::positive as counted,
    array[1] as numbers, '1.5'::numeric(6, 2) as price, now()::timestamp(3) as at, b'101'::bit(3) as bits, b'1'::bit varying(4) as more_bits, 'ab'::public.code as code, 1.5::public.price as cost, array['cd']::public.codes as codes
