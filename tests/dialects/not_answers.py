"""Bodies that are no answer of a city: broken, hostile, or about something else."""

DEEP = b"[" * 100_000
BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<services><service>&d;</service></services>"""
NOT_ANSWERS = {
    "empty": b"",
    "spaces": b" \r\n\0",
    "a web page": b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>",
    "a page that says it is XML": b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>',
    "words": b"Service temporarily away",
    "cut XML": b"<service_requests><request><service_request_id>1</serv",
    "cut JSON": b'[{"service_request_id": "1',
    "billion laughs": BILLION_LAUGHS,
    "an entity from outside": b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><services>&x;</services>',
    "deep JSON": DEEP,
    "deep XML": b"<a>" * 5000 + b"</a>" * 5000,
    "binary": bytes(range(256)),
    "a foreign object": b'{"hello": "world"}',
    "a number": b"42",
}
