#!/usr/bin/env python3
"""People at the desk: many at once, each with a session, reading, thinking, acting (see desk.sh).

    desk.py HOST:PORT PEOPLE SECONDS PID    measures on standard error, what was done on standard output
    desk.py --compare FILE                  the trail on standard input holds everything that FILE says was done

One process, asyncio over plain sockets, each person one connection that is kept open. A page counts until its last byte. Whoever
is told that somebody else was quicker (409) reads on: that is an answer, not an error.
"""
import asyncio
import collections
import html
import json
import random
import re
import sys
import time
import urllib.parse

PASSWORD = "a long walk along the river"
THINK_SECONDS = 1.0  # On average; people need ten times that.
# What a person does next, by how often, of a hundred.
CLERK = {"today": 8, "queue": 14, "filter": 18, "next": 16, "search": 4, "item": 16, "note": 4, "assign": 4,
         "propose": 8, "transactions": 3, "notices": 3, "employers": 2}
APPROVER = {"today": 8, "queue": 8, "filter": 10, "item": 12, "approvals": 42, "transactions": 8, "notices": 6, "trail": 6}
FILTERS = ["reason=no-reference", "reason=cross-bank", "reason=overpaid", "reason=underpaid", "reason=unknown-reference",
           "age=61%2B", "age=31-60", "stage=open", "stage=proposed", "who=me", "who=nobody", "order=largest",
           "order=largest&reason=underpaid", "min=100000", "stage=open&reason=no-reference"]


class Person:
    def __init__(self, address, name, seed, log):
        self.host, self.port = address
        self.name, self.random, self.log = name, random.Random(seed), log
        self.cookie, self.csrf, self.items, self.following = "", "", [], ""
        self.reader = self.writer = None

    async def ask(self, kind, path, form=None, counts=True):
        """One request; gives (status, headers, body)."""
        body = urllib.parse.urlencode(form).encode() if form is not None else b""
        head = f"{'GET' if form is None else 'POST'} {path} HTTP/1.1\r\nhost: desk\r\ncookie: {self.cookie}\r\n"
        if form is not None:
            head += f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n"
        began = time.perf_counter()
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
        self.writer.write(head.encode() + b"\r\n" + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = [tuple(line.split(": ", 1)) for line in lines[1:] if line]
        length = int(dict(headers).get("content-length", 0))
        text = (await self.reader.readexactly(length)).decode()
        if counts:
            self.log.took(kind, time.perf_counter() - began, status)
        return status, headers, text

    async def log_in(self):
        _, headers, page = await self.ask("login", "/login", counts=False)
        self.cookie = cookie_of(headers)
        form = {"csrf": field(page, "csrf"), "name": self.name, "password": PASSWORD, "code": ""}
        status, headers, _ = await self.ask("login", "/login", form, counts=False)
        assert status == 303, f"{self.name} cannot log in: {status}"
        self.cookie = cookie_of(headers)
        _, _, page = await self.ask("own", "/me", counts=False)
        self.csrf = field(page, "csrf")

    async def work(self, mix, until):
        await asyncio.sleep(self.random.random() * THINK_SECONDS)
        while time.perf_counter() < until:
            step = self.random.choices(list(mix), mix.values())[0]
            await getattr(self, step)()
            await asyncio.sleep(self.random.expovariate(1 / THINK_SECONDS))

    async def page(self, kind, path):
        status, _, text = await self.ask(kind, path)
        return text if status == 200 else ""

    async def today(self): await self.page("today", "/")
    async def transactions(self): await self.page("transactions", "/transactions")
    async def notices(self): await self.page("notices", "/notices?status=awaiting")
    async def employers(self): await self.page("employers", "/employers")
    async def trail(self): await self.page("trail", "/trail")
    async def queue(self): await self.look("queue", "/queue")
    async def filter(self): await self.look("queue, filtered", f"/queue?{self.random.choice(FILTERS)}")
    async def next(self): await self.look("queue, next page", self.following or "/queue")
    async def search(self): await self.look("queue, by text", "/queue?q=%E6%9C%BA%E6%A2%B0")

    async def look(self, kind, path):
        text = await self.page(kind, path)
        rows = re.findall(r'name="item" value="([^"]+)"', text)
        places = re.findall(r'class="open" href="(/items/[^"]+)"', text)
        self.items = list(zip(map(html.unescape, rows), map(html.unescape, places))) or self.items
        following = re.search(r'href="([^"]+)" rel="next"', text)
        self.following = html.unescape(following[1]) if following else ""

    async def one(self):
        """An item of the page last looked at, opened: its place, and how a form names it."""
        if not self.items:
            await self.queue()
        if not self.items:
            return None
        place = self.random.choice(self.items)[1]
        text = await self.page("item", place)
        seen = re.search(r'name="item" value="([^"]+)"', text)
        return place, html.unescape(seen[1]) if seen else ""

    async def item(self): await self.one()

    async def act(self, kind, path, form, event, subjects):
        form["csrf"] = self.csrf
        status, headers, text = await self.ask(kind, path, form)
        if status == 303:
            self.log.did(self.name, event, subjects)
        return status, text

    async def note(self):
        if one := await self.one():
            await self.act("note", f"{one[0]}/note", {"note": "电话问过"}, "noted", [serial(one[0])])

    async def assign(self):
        one = await self.one()
        if one and one[1]:
            form = {"item": one[1], "who": "me", "back": "/queue"}
            await self.act("assign", "/assign", form, "assigned", [serial(one[0])])

    async def propose(self):
        one = await self.one()
        if not one or not one[1]:
            return
        form = {"csrf": self.csrf, "item": one[1], "act": self.random.choice(["refund", "not-ours", "advance"]), "note": "如附件"}
        _, _, text = await self.ask("preview", "/preview", form)
        drafts = re.findall(r'name="draft" value="([^"]+)"', text)
        if drafts:
            draft = {"draft": html.unescape(drafts[0])}
            await self.act("propose", "/propose", draft, "proposed", [serial(one[0])])

    async def approvals(self):
        text = await self.page("approvals", "/approvals")
        waiting = sorted(set(map(html.unescape, re.findall(r'name="proposal" value="([^"]+)"', text))))
        if waiting:
            one = self.random.choice(waiting)
            await self.act("approve", "/approvals/approve", {"proposal": one}, "approved", [one.split("@")[0]])


class Log:
    """What every request took, and what was answered with "done"."""

    def __init__(self):
        self.times, self.statuses, self.done = collections.defaultdict(list), collections.Counter(), []

    def took(self, kind, seconds, status):
        self.times[kind].append(seconds)
        self.statuses[(kind, status)] += 1

    def did(self, name, event, subjects):
        self.done.append({"actor": name, "event": event, "subjects": subjects})

    def tell(self, seconds, pid):
        say = lambda *parts: print(*parts, file=sys.stderr)
        everything = sorted(one for times in self.times.values() for one in times)
        reads = sorted(one for kind, times in self.times.items() if kind not in ACTS for one in times)
        say(f"{'':18}{'requests':>9}{'median ms':>11}{'p95':>8}{'p99':>8}{'most':>8}")
        for kind in sorted(self.times):
            say(f"{kind:18}" + spread(sorted(self.times[kind])))
        say(f"{'pages':18}" + spread(reads))
        say(f"{'everything':18}" + spread(everything))
        failed = sum(n for (_, status), n in self.statuses.items() if status >= 500 or status in (400, 403, 404, 408))
        quicker = sum(n for (_, status), n in self.statuses.items() if status == 409)
        with open(f"/proc/{pid}/status") as status:
            peak = next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmHWM"))
        say(f"{len(everything) / seconds:.0f} requests/s, {len(self.done)} acts done, {quicker} times somebody was quicker, "
            f"{failed} failed, server's peak {peak} MB")
        for (kind, status), n in sorted(self.statuses.items()):
            if status not in (200, 303):
                say(f"  {kind}: {n} × {status}")


ACTS = ["note", "assign", "preview", "propose", "approve"]


def spread(times):
    at = lambda share: 1000 * times[min(len(times) - 1, int(share * len(times)))]
    return f"{len(times):9}{at(.5):11.1f}{at(.95):8.1f}{at(.99):8.1f}{1000 * times[-1]:8.1f}"


def cookie_of(headers):
    return "; ".join(value.split(";")[0] for name, value in headers if name == "set-cookie" and "Max-Age=0" not in value)


def field(page, name):
    return html.unescape(re.search(f'name="{name}" value="([^"]*)"', page)[1])


def serial(place):
    return urllib.parse.unquote(place.split("/", 3)[3]).removeprefix("~")


def compare(path):
    """Every act that was answered with "done" is in the trail as often as it was answered."""
    kept = collections.Counter()
    for line in sys.stdin:
        entry = json.loads(line)
        event = "approved" if entry["event"].startswith("approved") else entry["event"]
        subject = entry["subject"].split("/", 1)[-1]
        kept[(entry["actor"], event, subject)] += 1
        if event == "approved":
            kept[(entry["actor"], event, json.loads(entry["detail"])["proposal"])] += 1
    done = collections.Counter()
    for line in open(path):
        act = json.loads(line)
        for subject in act["subjects"]:
            done[(act["actor"], act["event"], subject)] += 1
    lost = done - kept
    print(f"{sum(done.values())} acts were answered with done, {sum(lost.values())} of them are not in the trail")
    for one in list(lost)[:10]:
        print("  lost:", *one)
    sys.exit(1 if lost or not done else 0)


async def main(address, people, seconds, pid):
    host, port = address.split(":")
    log = Log()
    everybody = [Person((host, int(port)), f"person{n}", n, log) for n in range(1, people + 1)]
    for _ in range(100):
        try:
            await everybody[0].log_in()
            break
        except OSError:
            await asyncio.sleep(0.1)
    for person in everybody[1:]:
        await person.log_in()
    # Whoever comes first in the morning waits for the suggestions; that is told apart.
    began = time.perf_counter()
    await everybody[0].ask("first", "/queue", counts=False)
    print(f"first page after the start: {1000 * (time.perf_counter() - began):.0f} ms", file=sys.stderr)
    began = time.perf_counter()
    mix = lambda n: APPROVER if n % 7 == 0 else CLERK
    await asyncio.gather(*(person.work(mix(n), began + seconds) for n, person in enumerate(everybody, 1)))
    log.tell(time.perf_counter() - began, pid)
    for act in log.done:
        print(json.dumps(act, ensure_ascii=False))


if __name__ == "__main__":
    if sys.argv[1] == "--compare":
        compare(sys.argv[2])
    else:
        asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
