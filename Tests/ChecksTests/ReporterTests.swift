import CloudModel
import Foundation
import FoundationXML
import Testing

@testable import Checks

/// The four formats, to the byte.
@Suite struct ReporterTests {
    /// One of each verdict; what names and answers hold is not ours to choose, so they are hostile.
    private static func report(says: String = "nobody gets in", seen: String = "no answer") throws -> Report {
        let good = Case(Expected(succeeds: true)).with {
            $0.observation = .of {
                $0.succeeded = true
                $0.saw = "HTTP 200 from 198.51.100.40:80"
                $0.locals = [end("10.0.1.10:5000")]
                $0.target = end("198.51.100.40:80")
                $0.protocolNumber = 6
            }
        }
        let bad = Case(Expected(succeeds: true)).with { $0.observation?.saw = seen }
        let broken = bad.with {
            $0.observation = nil
            $0.error = "the lab has no node ghost"
        }
        let control = Control(
            says: "the same probe elsewhere", from: ["user"], probe: .addresses, expect: Expected())
        func result(_ claim: String, _ says: String, _ trial: Case, control: Control?, _ counter: [Case]) throws
            -> CheckResult
        {
            CheckResult(
                Check(
                    claim: claim, source: "note §1", says: says, from: ["app"], probe: .addresses,
                    expect: Expected(), control: control), trials: [try trial.result()],
                control: try counter.map { try $0.result() })
        }
        return Report(
            lab: "paper", title: "A lab on paper",
            checks: [
                try result("C1", "it answers", good, control: control, [good]),
                try result("C22", says, bad, control: nil, []), try result("C3", "unknown", broken, control: nil, []),
            ], seconds: 1.2345)
    }

    @Test func text() throws {
        #expect(
            try Self.report().rendered(as: .text) == """
                paper: A lab on paper

                C1   PASS  it answers  [note §1]  0 ms
                           app: http echo/: HTTP 200 from 198.51.100.40:80
                             path  app 10.0.1.10:5000 → echo 198.51.100.40:80
                             ✓ answered
                           control: the same probe elsewhere
                             app: http echo/: HTTP 200 from 198.51.100.40:80
                               path  app 10.0.1.10:5000 → echo 198.51.100.40:80
                               ✓ answered
                C22  FAIL  nobody gets in  [note §1]  0 ms
                           app: answered
                           app: http echo/: no answer
                             ✗ answered
                C3   ERROR unknown  [note §1]  0 ms
                           app: the lab has no node ghost
                           app: http echo/: could not be tried: the lab has no node ghost

                1 passed, 1 failed, 1 could not be told in 1235 ms
                """)
    }

    @Test func colourIsOnlyPaint() throws {
        let report = try Self.report()
        let painted = try report.rendered(as: .text, color: true)
        for code in ["\u{1b}[32mPASS \u{1b}[0m", "\u{1b}[1;31mFAIL \u{1b}[0m", "\u{1b}[1;33mERROR\u{1b}[0m"] {
            #expect(painted.contains(code))
        }
        #expect(painted.replacing(try Regex("\u{1b}\\[[0-9;]*m"), with: "") == (try report.rendered(as: .text)))
        for format in [ReportFormat.json, .junit, .tap] {
            #expect(try report.rendered(as: format, color: true) == report.rendered(as: format))
        }
    }

    @Test func tap() throws {
        #expect(
            try Self.report(says: "one of # is true").rendered(as: .tap) == """
                TAP version 13
                1..3
                ok 1 - C1 it answers
                # app: http echo/: HTTP 200 from 198.51.100.40:80
                # path: app 10.0.1.10:5000 → echo 198.51.100.40:80
                # ok: answered
                # control: the same probe elsewhere
                # app: http echo/: HTTP 200 from 198.51.100.40:80
                # path: app 10.0.1.10:5000 → echo 198.51.100.40:80
                # ok: answered
                not ok 2 - C22 one of \\# is true
                # fail: app: answered
                # app: http echo/: no answer
                # not ok: answered
                not ok 3 - C3 unknown
                # error: app: the lab has no node ghost
                # app: http echo/: could not be tried: the lab has no node ghost
                """)
    }

    @Test func junit() throws {
        #expect(
            try Self.report(says: "a <b> & \"c\"").rendered(as: .junit) == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite name="netlab.paper" tests="3" failures="1" errors="1" time="1.235">
                  <testcase classname="paper.C1" name="it answers" time="0.000">
                    <system-out>app: http echo/: HTTP 200 from 198.51.100.40:80
                path: app 10.0.1.10:5000 → echo 198.51.100.40:80
                ok: answered
                control: the same probe elsewhere
                app: http echo/: HTTP 200 from 198.51.100.40:80
                path: app 10.0.1.10:5000 → echo 198.51.100.40:80
                ok: answered</system-out>
                  </testcase>
                  <testcase classname="paper.C22" name="a &lt;b&gt; &amp; &quot;c&quot;" time="0.000">
                    <failure message="app: answered"/>
                    <system-out>app: http echo/: no answer
                not ok: answered</system-out>
                  </testcase>
                  <testcase classname="paper.C3" name="unknown" time="0.000">
                    <error message="app: the lab has no node ghost"/>
                    <system-out>app: http echo/: could not be tried: the lab has no node ghost</system-out>
                  </testcase>
                </testsuite>
                """)
    }

    @Test func json() throws {
        let text = try Self.report().rendered(as: .json)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object.keys.sorted() == ["checks", "lab", "passed", "seconds", "shortenedTimers", "title"])
        #expect(object["passed"] as? Bool == false)
        let checks = try #require(object["checks"] as? [[String: Any]])
        #expect(checks.map { $0["verdict"] as? String } == ["pass", "fail", "error"])
        #expect(checks.map { $0["claim"] as? String } == ["C1", "C22", "C3"])
        let trial = (checks[0]["trials"] as? [[String: Any]])?.first
        #expect(trial?["path"] as? [String] == ["app 10.0.1.10:5000", "echo 198.51.100.40:80"])
        #expect(trial?["findings"] as? [String] == ["answered"])
        #expect(try Self.report().rendered(as: .json) == text)
    }

    /// Everything a name or an answer could do to a report.
    private static let hostile = [
        "]]></system-out><testcase name=\"fake\"/>", "\"'<>&amp;&#x41;", "\u{0}\u{1}\u{8}\u{b}\u{1f}\u{7f}\u{9b}31m",
        "\u{1b}[2J\u{1b}]0;title\u{7}", "line\nok 9 - fake\r\nok 10 - fake", "\u{fffe}\u{ffff}\u{202e}\u{1f600}",
        "\u{2028}\u{85}not ok 1", "# SKIP", "\\# TODO",
    ]

    @Test(arguments: hostile)
    func hostileTextStaysText(_ text: String) throws {
        let report = try Self.report(says: text, seen: text)

        let xml = try report.rendered(as: .junit)
        let reader = CaseReader()
        let parser = XMLParser(data: Data(xml.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(xml)")
        #expect(reader.names.count == 3)
        #expect(reader.classes == ["paper.C1", "paper.C22", "paper.C3"])

        let lines = try report.rendered(as: .tap).split(separator: "\n", omittingEmptySubsequences: false)
        let points = lines.filter { !$0.hasPrefix("#") }
        #expect(points.count == 5, "\(lines)")
        #expect(points.filter { $0.hasPrefix("ok ") }.count == 1)
        // No directive that was not escaped: "# SKIP" would turn a failure into a pass.
        #expect(
            !points.contains { $0.replacing("\\\\", with: "").replacing("\\#", with: "").contains("#") }, "\(points)")

        let json = try report.rendered(as: .json)
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        #expect(((object?["checks"] as? [[String: Any]])?[1]["says"] as? String) == text)

        for rendered in [try report.rendered(as: .text), xml, lines.joined(separator: "\n")] {
            let controls = rendered.unicodeScalars.filter {
                $0 != "\n" && ($0.value < 0x20 || 0x7f...0x9f ~= $0.value)
            }
            #expect(controls.isEmpty, "\(controls)")
        }
    }

    private final class CaseReader: NSObject, XMLParserDelegate {
        var names: [String] = []
        var classes: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            guard name == "testcase" else { return }
            names.append(attributes["name"] ?? "")
            classes.append(attributes["classname"] ?? "")
        }
    }
}
