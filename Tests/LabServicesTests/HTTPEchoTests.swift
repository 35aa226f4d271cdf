import Glibc
import Testing

@testable import LabServices

@Suite("The http listener")
struct HTTPEchoTests {
    @Test func saysWhichSourceItSaw() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            try client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.response()
            let source = "127.0.0.1:\(try client.localPort)"
            #expect(response.status == 200)
            #expect(response["x-netlab-seen-from"] == source)
            #expect(response["x-netlab-node"] == "node")
            #expect(response["server"] == "netlab")
            #expect(response.text == "netlab node seen-from \(source)\n")

            let record = try #require(try lab.records.first)
            #expect(record.peer == source && record.node == "node" && record.service == .http)
            #expect(record.method == "GET" && record.path == "/" && record.status == 200)
            #expect(record.bytes == response.body.count)
            #expect(record.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        }
    }

    @Test func pathIPIsTheAddressAlone() throws {
        try Loopback.with([.http]) { lab throws in
            #expect(try lab.ask("GET /ip").text == "127.0.0.1\n")
            #expect(try lab.ask("GET /ip?x=1").text == "127.0.0.1\n")
        }
    }

    @Test func headHasLengthAndNoBody() throws {
        try Loopback.with([.http]) { lab throws in
            let response = try lab.ask("HEAD /bytes/1000")
            #expect(response.status == 200 && response["content-length"] == "1000")
        }
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 10_000_000]) func bytesStreams(count: Int) throws {
        try Loopback.with([.http]) { lab throws in
            let response = try lab.ask("GET /bytes/\(count)")
            #expect(response.body.count == count)
            #expect(response.body.last == (count == 0 ? nil : UInt8(truncatingIfNeeded: (count - 1) % 65_536)))
        }
    }

    @Test(arguments: ["1073741825", "-1", "x", "", "99999999999999999999999999"])
    func bytesHasBounds(count: String) throws {
        try Loopback.with([.http]) { lab throws in #expect(try lab.ask("GET /bytes/\(count)").status == 400) }
    }

    @Test func postComesBack() throws {
        try Loopback.with([.http]) { lab throws in
            let body = String(repeating: "netlab ", count: 20_000)
            let response = try lab.ask("POST /", ["Content-Length: \(body.utf8.count)"], body: body)
            #expect(response.status == 200 && response.text == body)
            let chunked = try lab.ask(
                "POST /", ["Transfer-Encoding: chunked"], body: "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            #expect(chunked.text == "abcde")
        }
    }

    @Test func tooLargeABodyIsRefusedAndTheConnectionLives() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            let body = [UInt8](repeating: 0x61, count: (1 << 20) + 1)
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.count)\r\n\r\n")
            try client.send(body)
            #expect(try client.response().status == 413)
            try client.send("GET /ip HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.response().status == 200)
        }
    }

    @Test func expectContinueIsAnswered() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            try client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.response().status == 100)
            try client.send("abc")
            #expect(try client.response().text == "abc")

            let greedy = try lab.connect()
            try greedy.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n")
            #expect(try greedy.response().status == 413)
        }
    }

    @Test func otherMethodsAreRefused() throws {
        try Loopback.with([.http]) { lab throws in
            let response = try lab.ask("DELETE /")
            #expect(response.status == 405 && response["allow"] == "GET, HEAD, POST")
        }
    }

    @Test func connectionStaysOpen() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            for _ in 0..<100 {
                try client.send("GET /ip HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.response().status == 200)
            }
            try client.send("GET /ip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let last = try client.response()
            #expect(last["connection"] == "close")
            #expect(try client.receive().isEmpty)
        }
    }

    @Test func oldClientsAreServed() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            try client.send("GET /ip HTTP/1.0\r\n\r\n")
            #expect(String(decoding: try client.receiveAll(), as: UTF8.self).hasSuffix("127.0.0.1\n"))
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            let sizes = [3, 700_000, 0, 1, 200_000, 5]
            try client.send(sizes.map { "GET /bytes/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
            client.finishSending()
            for size in sizes { #expect(try client.response().body.count == size) }
            #expect(try client.receive().isEmpty)
        }
    }

    @Test func aSlowReaderCostsLittleMemory() throws {
        try Loopback.with([.http]) { lab throws in
            let before = residentBytes()
            let clients = try (0..<20).map { _ in try lab.connect() }
            for client in clients { try client.send("GET /bytes/1073741824 HTTP/1.1\r\nHost: x\r\n\r\n") }
            for client in clients { _ = try client.receive(1000) }
            #expect(residentBytes() - before < 200 << 20)
        }
    }

    @Test func connectionsBeyondTheLimitAreClosed() throws {
        try Loopback.with([.http], capacity: Capacity(connections: 3)) { lab throws in
            var clients = try (0..<3).map { _ in try lab.connect() }
            for client in clients {
                try client.send("GET /ip HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try client.response().status == 200)
            }
            let fourth = try lab.connect()
            #expect((try? fourth.receive().isEmpty) ?? true)
            clients.removeAll()
            // The places come back.
            var served = false
            for _ in 0..<50 where !served {
                served = (try? lab.ask("GET /ip").status == 200) ?? false
                if !served { usleep(10_000) }
            }
            #expect(served)
        }
    }

    @Test func bodiesInMemoryHaveABudget() throws {
        try Loopback.with([.http], capacity: Capacity(bytes: 1000)) { lab throws in
            let body = String(repeating: "a", count: 2000)
            #expect(try lab.ask("POST /", ["Content-Length: 2000"], body: body).status == 503)
            #expect(try lab.ask("POST /", ["Content-Length: 3"], body: "abc").text == "abc")
        }
    }

    @Test func theSilentAreSentAway() throws {
        try Loopback.with([.http], patience: .seconds(1)) { lab throws in
            let client = try lab.connect()
            try client.send("GET / HT")
            #expect(try client.receive().isEmpty)
        }
    }

    private func residentBytes() -> Int {
        guard let text = try? String(decoding: readFile("/proc/self/statm"), as: UTF8.self) else { return 0 }
        return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
    }
}
