"""What a structural rule can speak of, each with its facts and its place."""
