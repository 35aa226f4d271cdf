import IPAddressing
import Namespaces
import Probes
import SeededRandom
import Testing

@testable import struct Probes.HTTPResponseParser

@Suite struct HTTPTests {
    /// A server that answers every request with the same bytes.
    private func server(_ topology: Topology, _ answer: String, keepOpen: Bool = false) throws -> Box<String> {
        let request = Box("")
        _ = topology.keep(
            try TestServer(tcp: 80, in: topology("b")) { connection in
                request.value = connection.read(until: "\r\n\r\n")
                connection.send(answer.replacing("PEER", with: connection.peer.description))
                if keepOpen { _ = connection.read(until: "never") }
                connection.close()
            })
        return request
    }

    @Test func aPlainAnswer() throws {
        let topology = try pair()
        let request = try server(
            topology, "HTTP/1.1 200 OK\r\nX-Netlab-Seen-From: PEER\r\nContent-Length: 5\r\n\r\nhello", keepOpen: true)
        let outcome = try HTTPProbe(
            from: topology("a"), to: b(80), host: "www.example.com", path: "/x",
            headers: [.init(name: "X-Extra", value: "1")]
        ).run()
        #expect(outcome.reply?.status == 200)
        #expect(outcome.reply?.response.text == "hello")
        #expect(outcome.reply?.seenFrom?.source == outcome.local)
        #expect(request.value.hasPrefix("GET /x HTTP/1.1\r\nHost: www.example.com\r\n"))
        #expect(request.value.contains("X-Extra: 1\r\n"))
        report("HTTP GET", outcome.duration)
    }

    @Test func aChunkedAnswer() throws {
        let topology = try pair()
        _ = try server(
            topology,
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n06\r\n world\r\n0\r\nT: 1\r\n\r\n",
            keepOpen: true)
        let outcome = try HTTPProbe(from: topology("a"), to: b(80)).run()
        #expect(outcome.reply?.status == 404)
        #expect(outcome.reply?.response.text == "hello world")
    }

    @Test func noConnectionIsSilenceOrRefusal() throws {
        let topology = try pair()
        #expect(try HTTPProbe(from: topology("a"), to: b(80)).run().noReply == .refused)
        try topology.nft("b", hook: "input", "drop")
        #expect(try HTTPProbe(from: topology("a"), to: b(80), timeout: .milliseconds(100)).run().isSilent)
    }

    @Test func aServerThatSaysNothingStallsAndIsNotSilent() throws {
        let topology = try pair()
        _ = try server(topology, "", keepOpen: true)
        let outcome = try HTTPProbe(from: topology("a"), to: b(80), timeout: .milliseconds(150)).run()
        #expect(outcome.noReply == .stalled)
        #expect(!outcome.isSilent)
    }

    @Test func aServerThatClosesEarly() throws {
        let topology = try pair()
        _ = try server(topology, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello")
        #expect(try HTTPProbe(from: topology("a"), to: b(80)).run().noReply == .closedEarly)
    }

    @Test func aServerOfAnotherProtocol() throws {
        let topology = try pair()
        _ = try server(topology, "SSH-2.0-OpenSSH_9.2\r\n")
        guard case .malformed = try HTTPProbe(from: topology("a"), to: b(80)).run().noReply else {
            Issue.record("not malformed")
            return
        }
    }

    @Test func metadataTakesATokenFirst() throws {
        let topology = try pair()
        _ = topology.keep(
            try TestServer(tcp: 80, in: topology("b")) { connection in
                let request = connection.read(until: "\r\n\r\n")
                let (status, body) =
                    if request.hasPrefix("PUT /latest/api/token"), request.contains("token-ttl-seconds:") {
                        ("200 OK", "secret==")
                    } else if !request.contains("X-aws-ec2-metadata-token: secret==\r\n") {
                        ("401 Unauthorized", "")
                    } else if request.hasPrefix("GET /latest/meta-data/local-ipv4 ") {
                        ("200 OK", "10.9.0.1")
                    } else {
                        ("404 Not Found", "")
                    }
                connection.send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                connection.close()
            })
        let namespace = try topology("a")
        let item = try MetadataProbe(from: namespace, item: "local-ipv4", service: b(80)).run().reply
        #expect(item?.status == 200 && item?.text == "10.9.0.1" && item?.tokenStatus == 200)
        #expect(try MetadataProbe(from: namespace, item: "public-ipv4", service: b(80)).run().reply?.status == 404)
        let version1 = MetadataProbe(from: namespace, item: "local-ipv4", service: b(80), asksForToken: false)
        #expect(try version1.run().reply?.status == 401)
    }
}

@Suite struct HTTPParserTests {
    private func parse(_ text: String, limit: Int = 1000) throws -> HTTPResponse? {
        var parser = HTTPResponseParser(bodyLimit: limit)
        try parser.feed(Array(text.utf8)[...])
        return parser.close() ? parser.response : nil
    }

    @Test(arguments: [
        "HTTP/1.1 20x OK\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1  200\r\n\r\n", "HTTP/1.1 099 no\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\n: x\r\n\r\n", "HTTP/1.1 200 OK\r\nA : x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: x\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \u{1}\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + String(repeating: "x", count: 2000),
    ])
    func refuses(text: String) { #expect(throws: HTTPResponseParser.Malformed.self) { try parse(text) } }

    @Test func acceptsTheUsualForms() throws {
        #expect(try parse("HTTP/1.1 200 OK\n\nuntil close")?.text == "until close")
        #expect(try parse("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 Gone\r\nA:\tb \r\n\r\nrest")?["a"] == "b")
        #expect(try parse("HTTP/1.1 200 \r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabcdef")?.text == "abc")
        #expect(try parse("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort") == nil)
    }

    @Test func endlessHeadsAreCutOff() {
        #expect(throws: HTTPResponseParser.Malformed.self) {
            try parse("HTTP/1.1 200 OK\r\n" + String(repeating: "a: b\r\n", count: 300))
        }
        #expect(throws: HTTPResponseParser.Malformed.self) { try parse(String(repeating: "x", count: 20_000)) }
        #expect(throws: HTTPResponseParser.Malformed.self) {
            try parse(String(repeating: "HTTP/1.1 100 C\r\n\r\n", count: 20))
        }
    }

    /// Whatever comes, in whatever pieces, the parser ends and gives the same result as for all at once.
    @Test func survivesDamagedAndSplitInput() {
        var random = SeededGenerator(seed: 7)
        let good = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ].map { Array($0.utf8) }
        for _ in 0..<20_000 {
            var bytes = good[Int.random(in: 0...1, using: &random)]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count / 2, using: &random))
            let cut = Int.random(in: 0...bytes.count, using: &random)
            #expect(result([bytes[...]]) == result([bytes[..<cut], bytes[cut...]]))
        }
    }

    private func result(_ pieces: [ArraySlice<UInt8>]) -> HTTPResponse? {
        var parser = HTTPResponseParser(bodyLimit: 1000)
        for piece in pieces {
            do { try parser.feed(piece) } catch { return nil }
        }
        return parser.close() ? parser.response : nil
    }
}
