"""The words of the page's head: base64url in one spelling, I-JSON, times, hashes, UUIDs, texts. Whatever is not in its one form is refused."""
import base64, datetime, hashlib, json, re


class Refused(Exception):
    """An input that the page says is refused, with the code of §5.2 (for files: the kind of mistake)."""

    def __init__(self, code, why="", head=None):
        super().__init__(f"{code}: {why}")
        self.code, self.why, self.head = code, why, head


def demand(condition, why, code="bad_record"):
    if not condition:
        raise Refused(code, why)


def b64u(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64u(text, length=None):
    """Decodes base64url without padding; only the one spelling that encoding gives."""
    demand(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII) and len(text) % 4 != 1, "base64url")
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    demand(b64u(raw) == text, "base64url in another spelling")
    demand(length is None or len(raw) == length, "length")
    return raw


def sha256(raw):
    return hashlib.sha256(raw).digest()


def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def texts(value, name=None):
    """Every string with the name of the member it stands in; names of members too."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, list):
        for element in value:
            yield from texts(element, name)
    elif isinstance(value, dict):
        for key, element in value.items():
            yield None, key
            yield from texts(element, key)


def parse(raw):
    """I-JSON as the page narrows it: no BOM, no duplicate names, no lone surrogates, integers 0 … 2^53-1, depth 8, no controls."""
    def members(pairs):
        demand(len({name for name, _ in pairs}) == len(pairs), "duplicate name")
        return dict(pairs)

    def integer(digits):
        demand(digits.isdigit() and len(digits) <= 16 and int(digits) < 1 << 53, "number")
        return int(digits)

    def never(_):
        raise Refused("bad_record", "number")

    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        value = json.loads(text, object_pairs_hook=members, parse_int=integer, parse_float=never, parse_constant=never)
        demand(depth(value) <= 8, "depth")
        for name, string in texts(value):
            string.encode()
            demand(not any(0xFDD0 <= ord(c) <= 0xFDEF or ord(c) & 0xFFFE == 0xFFFE for c in string), "noncharacter (RFC 7493 §2.1)")
            allowed = {"\n"} if name == "agreement" else set()
            demand(all(c >= " " or c in allowed for c in string), "control character")
        return value
    except (ValueError, RecursionError) as error:
        raise Refused("bad_record", f"JSON: {error}") from None


def write(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shape(value, required, optional=()):
    """An object with exactly these members."""
    demand(isinstance(value, dict) and set(required) <= set(value) <= set(required) | set(optional), f"members of {sorted(required)}")
    return value


def text(value, least, most):
    demand(isinstance(value, str) and least <= len(value) <= most, "text length")
    return value


def integer(value, least=0):
    demand(type(value) is int and value >= least, "integer")
    return value


def array(value, least, most):
    demand(isinstance(value, list) and least <= len(value) <= most, "array length")
    return value


def hash_text(value):
    demand(isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII), "hash")
    return value


def uuid(value, version=None):
    demand(isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value, re.ASCII), "UUID")
    demand(version is None or value[14] == version and value[19] in "89ab", "UUID version")
    return value


def time(value):
    demand(isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value, re.ASCII), "time")
    try:
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        raise Refused("bad_record", "time") from None
    return value


def date(value):
    demand(isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII), "date")
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        raise Refused("bad_record", "date") from None
    return value


def now_text(milliseconds):
    moment = datetime.datetime.fromtimestamp(milliseconds // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{milliseconds % 1000:03}Z"
