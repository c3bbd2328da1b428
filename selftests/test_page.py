# SPDX-License-Identifier: GPL-2.0-or-later
"""report --html: one page, opened in a browser."""
import json
import re
import shutil
from html.parser import HTMLParser

import pytest

import browser as chromium
from kit import KIT
from results import case, finding, kernel, rule, run, write
from test_reports import HOSTILE, hostile_run, real_run, report  # noqa: F401: fixtures

RECORDED = KIT / "selftests/recorded"
BASELINE = RECORDED / "linux-6.1.192-baseline/cma-default-static"


class Tags(HTMLParser):
    """Elements with their attributes, and all text but that of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.all, self.text, self.inside = [], "", None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.all.append((tag, dict(attributes)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside not in ("script", "style"):
            self.text += data

    def attributes(self, tag):
        return [attributes for name, attributes in self.all if name == tag]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if chromium.PROGRAM is None:
        pytest.skip("chromium is not installed")
    opened = chromium.Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


@pytest.fixture
def page(report, tmp_path):  # noqa: F811
    def write_page(folder):
        file = tmp_path / "page.html"
        file.write_text(report(folder, "--html"))
        return file
    return write_page


# The text of the page

def test_the_page_stands_alone(page, real_run):  # noqa: F811
    text = page(real_run).read_text()
    tags = Tags(text)
    policy = next(each["content"] for each in tags.attributes("meta")
                  if each.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not {"link", "iframe", "img", "object", "embed", "base", "form"} & {tag for tag, _ in tags.all}
    for _, attributes in tags.all:
        assert not {"src", "srcset", "onclick", "onload", "onerror", "style"} & set(attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|https?://(?!www\.w3\.org)", text)


def test_without_scripts_the_tables_have_it_all(page, real_run):  # noqa: F811
    tags = Tags(page(real_run).read_text())
    finding_text = "of_reserved_mem_lookup() finds nothing"
    for text in ("baseline", "static-65", finding_text, "region name=region@50800000 available=1 found=0",
                 "runs/baseline/static-65/evidence/probe:67", "array-of-64",
                 "rmemcheck run --kernel baseline= --machine arm64 --cases static-65",
                 "rmemcheck run --kernel baseline= --kernel +series --machine arm64 --cases one",
                 f"rmemcheck judge {real_run}/runs/baseline/static-65"):
        assert text in tags.text, text
    headers = tags.attributes("th")
    assert headers and all(each["scope"] in ("row", "col") for each in headers)
    assert len(tags.attributes("caption")) == len(tags.attributes("table"))


def test_results_alone_have_no_maps_and_say_so(page, real_run, tmp_path):  # noqa: F811
    (tmp_path / "alone").mkdir()
    shutil.copy(real_run / "results.json", tmp_path / "alone")
    tags = Tags(page(tmp_path / "alone").read_text())
    assert not [each for each in tags.attributes("div") if each.get("class") == "map"]
    assert tags.text.count("No map: it takes the run's folder") == 4
    assert "of_reserved_mem_lookup() finds nothing" in tags.text


def test_a_boot_that_is_no_more_whole_is_told(page, real_run, tmp_path):  # noqa: F811
    copy = tmp_path / "copy"
    shutil.copytree(real_run, copy, ignore=shutil.ignore_patterns("kernels"))
    (copy / "runs/patched/one/run.json").write_text("{")
    (copy / "runs/patched/static-65/evidence/iomem").write_text("nonsense")
    text = Tags(page(copy).read_text()).text
    assert re.search(r"No map: \S+/runs/patched/one/run.json: not as a boot leaves it", text)
    assert "No map: evidence/iomem:1:" in text or re.search(r"No map: .*iomem.*1", text)


@pytest.mark.parametrize("where", ["absolute", "upwards"])
def test_results_name_no_folder_but_those_of_their_run(page, real_run, tmp_path, where):  # noqa: F811
    other = real_run / "runs/patched/one"
    folder = str(other) if where == "absolute" else f"../{real_run.name}/runs/patched/one"
    place = tmp_path if where == "absolute" else real_run.parent / "beside"
    results = run([case(folder=folder)])
    assert "No map: it takes the run's folder" in Tags(page(write(place, results)).read_text()).text


def test_map_data_are_as_the_kernel_prints_them(page, real_run):  # noqa: F811
    text = page(real_run).read_text()
    data = [json.loads(each) for each in
            re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)]
    baseline = next(each for each in data if each["name"] == "static-65 on baseline")
    rows = {name: spans for name, spans in baseline["rows"]}
    assert list(rows) == ["expected", "probe", "memblock", "page tables", "iomem"]
    regions = [span for span in rows["expected"] if span[2] in ("reserved", "no-map")]
    assert regions[0] == ["50000000", "5000ffff", "reserved", "region@50000000"]
    assert regions[1] == ["50020000", "5002ffff", "no-map", "region@50020000"]
    assert (len(regions), len(baseline["regions"])) == (65, 65)
    assert sum(span[2] != "ram" for span in rows["probe"]) == 64
    assert ["50020000", "5002ffff", "no-map", "not mapped"] in rows["page tables"]
    assert baseline["marks"][0][0:2] == ["50800000", "5080ffff"]
    assert baseline["marks"][0][3] is True  # a known fault


def test_the_readme_shows_a_page():
    picture = re.search(r"!\[[^]]+\]\((\S+\.png)\)", (KIT / "README.md").read_text())[1]
    content = (KIT / picture).read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) < 150 * 1024


# The page in a browser

def opened(browser, file, scheme="light"):
    browser.open(file, scheme)
    browser.wait("[...document.querySelectorAll('details[open] .map')].every(map => map.querySelector('canvas'))")


def pixel_of(browser, row, share):
    """Colour of the open map, `row` down from its top, `share` of its width."""
    return browser.evaluate(f"""(() => {{
        const canvas = document.querySelector("details[open] canvas.rows");
        const at = canvas.getContext("2d").getImageData({share} * canvas.width, {row}, 1, 1).data;
        return [...at].join();
    }})()""")


def test_it_asks_for_nothing_and_complains_of_nothing(browser, page, real_run):  # noqa: F811
    file = page(real_run)
    opened(browser, file)
    assert browser.asked_for() == [f"file://{file}"]
    assert browser.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_map_of_the_first_boot_worth_a_look_is_drawn(browser, page, real_run, scheme, tmp_path):  # noqa: F811
    opened(browser, page(real_run), scheme)
    assert browser.evaluate("document.querySelector('details[open] summary b').textContent") == "static-65"
    # the middle of the row of what is expected: regions of two kinds, and RAM between them
    assert len({pixel_of(browser, 36, share / 1000) for share in range(200, 300)}) >= 3
    browser.screenshot(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 20000


def test_it_is_dark_where_that_is_wanted(browser, page, real_run):  # noqa: F811
    def background():
        return sum(map(int, re.findall(r"\d+", browser.evaluate("getComputedStyle(document.body).backgroundColor"))))
    opened(browser, page(real_run), "light")
    ram = pixel_of(browser, 36, 0.999)
    assert background() > 700
    opened(browser, page(real_run), "dark")
    assert background() < 100
    assert pixel_of(browser, 36, 0.999) != ram


def test_it_goes_by_the_keyboard(browser, page, real_run):  # noqa: F811
    opened(browser, page(real_run))
    active = "document.activeElement"
    browser.press("j")
    assert browser.evaluate(f"{active}.tagName") == "SUMMARY"
    browser.evaluate("document.querySelector('details[open] canvas.rows').focus()")
    before = browser.evaluate("document.querySelector('.range').textContent")
    browser.press("Home")
    browser.wait(f"document.querySelector('.range').textContent !== {json.dumps(before)}")
    browser.press("n")
    browser.wait("document.querySelector('.said').textContent.includes('0x0000000050800000..0x000000005080ffff')")
    assert "known fault" in browser.evaluate("document.querySelector('.said').textContent")
    assert browser.evaluate("document.querySelector('tr.chosen th').textContent") == "recorded"
    browser.press("/")
    assert browser.evaluate(f"{active}.id") == "filter-text"


def shown_boots(browser):
    return browser.evaluate("[...document.querySelectorAll('.boot')].filter(boot => !boot.hidden)"
                            ".map(boot => boot.dataset.kernel + '/' + boot.dataset.case).join()")


def test_it_filters(browser, page, real_run):  # noqa: F811
    opened(browser, page(real_run))
    assert shown_boots(browser).count("/") == 4

    def choose(selector, value):
        browser.evaluate(f"""(() => {{ const field = document.querySelector({json.dumps(selector)});
            if (field.type === "checkbox") field.checked = {json.dumps(value)};
            else field.value = {json.dumps(value)};
            field.dispatchEvent(new Event("input", {{bubbles: true}})); }})()""")
    choose("#filter-text", "ARRAY-of-64 lookup()")
    assert shown_boots(browser) == "baseline/static-65"
    choose("#filter-text", "")
    choose("[data-key=kernel]", "patched")
    assert shown_boots(browser) == "patched/one,patched/static-65"
    choose("#filter-findings", True)
    assert shown_boots(browser) == ""
    browser.evaluate("document.querySelector('#filter-reset').click()")
    assert shown_boots(browser).count("/") == 4
    assert browser.evaluate("document.querySelector('#filter-count').textContent") == "4 of 4 boots"


def test_a_screen_reader_has_tables_and_names(browser, page, real_run):  # noqa: F811
    opened(browser, page(real_run))
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    names = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes}
    roles = {role for role, _ in names}
    assert {"table", "columnheader", "rowheader", "main", "search", "heading"} <= roles
    assert any("65 regions, 1 difference marked" in name for role, name in names
               if role in ("image", "img"))
    fields = [node for node in nodes if node["role"]["value"] in ("textbox", "searchbox", "combobox", "checkbox", "button")]
    assert fields and all(node.get("name", {}).get("value") for node in fields if not node.get("ignored"))
    browser.evaluate("document.querySelector('details[open] .map details').open = true")
    browser.wait("document.querySelectorAll('details[open] .map tbody tr').length === 65")


def test_hostile_names_are_only_shown(browser, page, hostile_run):  # noqa: F811
    file = page(hostile_run)
    browser.open(file)
    assert browser.asked_for() == [f"file://{file}"]
    assert browser.complaints() == []
    assert browser.evaluate("document.querySelectorAll('.boot').length") == len(HOSTILE)
    assert browser.evaluate("document.querySelector('.boot').dataset.case") == HOSTILE[0]
    assert browser.evaluate("document.querySelectorAll('script:not([type]), img').length") == 1


@pytest.fixture
def large_run(rmemcheck, tmp_path):
    """4096 regions and no end of findings."""
    count, found = 4096, 64
    folder = tmp_path / "large"
    boot = folder / "runs/baseline/static-4096"
    shutil.copytree(BASELINE, boot)
    (boot / "tree.dtb").unlink()
    made = rmemcheck("dt", "make", "--static", count, "--out", boot / "tree.dtb")
    assert made.returncode == 0, made.stderr
    told = rmemcheck("dt", "explain", boot / "tree.dtb").stdout
    names = list(dict.fromkeys(re.findall(r"[\w-]+@[0-9a-f]+", told)))
    names = [name for name in names if not name.startswith("memory@")][:count]
    assert len(names) == count
    (boot / "evidence/fdt").unlink()
    probe = ["reserved_mem_probe 2", "linear virt=0xffffff8000000000 phys=0x40000000"]
    for index, name in enumerate(names):
        place = name.partition("@")[2]
        probe.append(f"region name={name} available=1 found=" + (
            f"1 base=0x{place} size=0x10000 phandle=0x{0x8005 + index:x} recorded_name={name} ops=none mapped=all"
            if index < found else "0"))
    (boot / "evidence/probe").write_text("\n".join([*probe, f"end {count}"]) + "\n")
    findings = [finding(name, expected="recorded", line=index + 67, known="array-of-64")
                for index, name in enumerate(names[found:])]
    write(folder, run([case("static-4096", "known", kernel="baseline", regions_in_tree=count,
                            rules=[rule(outcome="fail", findings=findings)])]))
    return folder


def test_a_map_of_4096_regions_is_quick(browser, page, large_run):
    file = page(large_run)
    assert "No map" not in file.read_text()
    paints, draws = [], []
    for _ in range(3):
        opened(browser, file)
        paints.append(browser.evaluate("performance.getEntriesByName('first-paint')[0].startTime"))
        draws.append(browser.evaluate("""(async () => {
            const canvas = document.querySelector("canvas.rows"), begin = performance.now();
            canvas.focus();
            canvas.dispatchEvent(new KeyboardEvent("keydown", {key: "Home"}));
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            return performance.now() - begin;
        })()"""))
    print("first paint, ms:", paints, "a draw:", draws)
    assert min(paints) < 500
    assert min(draws) < 300
    assert browser.evaluate("document.querySelectorAll('.findings tbody tr').length") == 4032
