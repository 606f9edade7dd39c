"""Whether a folder is a complete and valid bag by RFC 8493 alone: written from its text, knowing nothing of evidence packages."""

import hashlib
import pathlib
import re
import sys

bag = pathlib.Path(sys.argv[1])
wrong = []


def demand(holds, what):
    if not holds:
        wrong.append(what)
    return holds


def lines(name):
    content = (bag / name).read_bytes()
    # 2.1.1 and 2.2.2: UTF-8 without a byte order mark.
    demand(not content.startswith(b"\xef\xbb\xbf"), f"{name}: byte order mark")
    return re.split("\r\n|\n|\r", content.decode("utf-8").rstrip("\r\n"))


def digest(algorithm, path):
    hasher = hashlib.new(algorithm)
    with open(path, "rb") as content:
        while block := content.read(1 << 20):
            hasher.update(block)
    return hasher.hexdigest()


def manifest(name):
    """2.1.3: a checksum, white space, a path; percent signs, CR and LF in it are encoded (and nothing else)."""
    entries = {}
    for line in lines(name):
        match = re.fullmatch(r"([0-9a-fA-F]+)[ \t]+\*?(\S.*)", line)
        if not demand(match, f"{name}: no entry: {line!r}"):
            continue
        path = re.sub("%(25|0[aAdD])", lambda code: chr(int(code[1], 16)), match[2])
        demand(path not in entries, f"{name}: {path} stands twice")
        # 6.2.2: paths must stay inside of the bag.
        inside = not path.startswith(("/", "~")) and ".." not in path.split("/") and "\\" not in path
        demand(inside, f"{name}: {path} leads outside")
        if inside:
            entries[path] = match[1].lower()
    return entries


def check(name, entries):
    algorithm = name.split("-", 1)[1].removesuffix(".txt")
    # 2.4: the algorithm's name in lower case, letters and digits only.
    demand(re.fullmatch("[a-z0-9]+", algorithm), f"{name}: no normalised name of an algorithm")
    for path, expected in entries.items():
        if demand((bag / path).is_file() and not (bag / path).is_symlink(), f"{name}: {path} is missing"):
            demand(digest(algorithm, bag / path) == expected, f"{name}: {path} differs")


# 2.1.1: exactly these two lines.
declaration = lines("bagit.txt") if (bag / "bagit.txt").is_file() else []
demand(len(declaration) == 2 and re.fullmatch(r"BagIt-Version: 1\.0", declaration[0]), "bagit.txt: version")
demand(len(declaration) == 2 and declaration[1] == "Tag-File-Character-Encoding: UTF-8", "bagit.txt: encoding")

# 2.1.2 and 3: the payload is what lies in data; every payload manifest lists all of it.
demand((bag / "data").is_dir(), "there is no data")
payload = {file.relative_to(bag).as_posix() for file in (bag / "data").rglob("*") if not file.is_dir()}
payload_manifests = sorted(file.name for file in bag.glob("manifest-*.txt"))
demand(payload_manifests, "there is no payload manifest")
for name in payload_manifests:
    entries = manifest(name)
    demand(all(path.startswith("data/") for path in entries), f"{name}: lists what is no payload")
    for path in sorted(payload - entries.keys()):
        demand(False, f"{name}: {path} is not listed")
    check(name, entries)

# 2.2.1: tag manifests list tag files, themselves excepted, and at least every payload manifest.
for name in sorted(file.name for file in bag.glob("tagmanifest-*.txt")):
    entries = manifest(name)
    demand(not any(path.startswith("data/") or re.fullmatch("tagmanifest-.*", path) for path in entries), f"{name}: lists what is no tag file")
    demand(set(payload_manifests) <= entries.keys(), f"{name}: a payload manifest is not listed")
    check(name, entries)

# 2.2.2: labels and values; what is said of the payload must be true.
facts = {}
for line in lines("bag-info.txt") if (bag / "bag-info.txt").is_file() else []:
    match = re.fullmatch(r"([^:\s][^:]*): ?(.*)", line)
    if demand(match or re.match(r"[ \t]", line), f"bag-info.txt: {line!r}") and match:
        facts.setdefault(match[1].lower(), []).append(match[2])
for value in facts.get("payload-oxum", []):
    sizes = [(bag / path).stat().st_size for path in payload]
    demand(value == f"{sum(sizes)}.{len(sizes)}", f"bag-info.txt: Payload-Oxum {value}, found {sum(sizes)}.{len(sizes)}")
demand(len(facts.get("payload-oxum", [])) < 2, "bag-info.txt: Payload-Oxum stands twice")
for value in facts.get("bagging-date", []):
    demand(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value), f"bag-info.txt: Bagging-Date {value}")

# 2.2.3: what is still to be fetched makes a bag incomplete.
demand(not (bag / "fetch.txt").exists(), "fetch.txt: something is still to be fetched")
print("\n".join(wrong) or f"valid: {len(payload)} files, {', '.join(payload_manifests)}")
sys.exit(1 if wrong else 0)
