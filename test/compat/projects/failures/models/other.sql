select nonsense from nowhere
