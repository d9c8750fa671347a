"""Tables of any form, read as chunks of coded rows."""
