"""The pages of an account. It is a comfort only: nothing on the site needs one.

E-mail addresses, password and second factor are allauth's pages, in the look of these.
"""
