"""The use cases of profiles: the family, its PINs, pictures and preferences."""
