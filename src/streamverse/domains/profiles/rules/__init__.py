"""The decisions of profiles: what a child may not do, what words will do, how PINs are guarded."""
