select 'été' as "saison d'été"
