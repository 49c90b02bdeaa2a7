"""What goes in and out of the door for programs, as types: they check requests and make the OpenAPI document."""
