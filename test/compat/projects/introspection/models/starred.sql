select {{ star(ref('payments'), except=['id']) }} from {{ ref('payments') }}
