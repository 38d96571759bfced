"""Scripts as users have them: written for another engine, run with ours."""
