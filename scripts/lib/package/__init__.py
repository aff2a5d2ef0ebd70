"""The distribution: built twice over, looked through, and tried in fresh environments.

- `building`: the wheel and the sdist, byte for byte the same each time
- `contents`: what is in them, and what must not be
- `bounds`: the oldest versions of the dependencies that are promised to do
- `fresh`: environments outside the checkout, with the wheel in them
- `smoke`: what is tried there; runs with nothing but the distribution installed
"""
