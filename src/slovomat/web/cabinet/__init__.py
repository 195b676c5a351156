"""The pages of somebody who is signed in."""
