{{ config(volatility='stable', meta={'owner': 'finance'}) }}
select {{ function('with_tax') }}(price) * times
