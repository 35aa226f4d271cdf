import Glibc
import LinuxSystem
import Testing

@testable import LabServices

@Suite("Hostile bytes")
struct HostileBytesTests {
    private static let valid = Array(
        ("POST /bytes/5?x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\nRange: bytes=0-1\r\n\r\n"
            + "abcdeGET /ip HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n").utf8)

    /// Every prefix of a valid conversation, then the end: the server must hang up, and live.
    @Test(arguments: [SocketKind.http, .apt, .metadata]) func truncated(kind: SocketKind) throws {
        try Loopback.with([kind], { try setUp(&$0) }) { lab throws in
            for length in 0...Self.valid.count {
                try converse(lab, Array(Self.valid[..<length]))
            }
            try expectAlive(lab)
        }
    }

    @Test(arguments: [SocketKind.http, .apt, .metadata, .tcp]) func random(kind: SocketKind) throws {
        try Loopback.with([kind], { try setUp(&$0) }) { lab throws in
            var random = Seeded(state: 20_261_121)
            for _ in 0..<200 {
                let count = Int.random(in: 1...2000, using: &random)
                try converse(lab, (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
            }
            // Valid bytes with some of them changed get further into the parser.
            for _ in 0..<300 {
                var bytes = Self.valid
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let place = Int.random(in: 0..<bytes.count, using: &random)
                    bytes[place] = UInt8.random(in: 0...255, using: &random)
                }
                try converse(lab, bytes)
            }
            try expectAlive(lab)
        }
    }

    @Test func endlessHeaderIsCutOff() throws {
        try Loopback.with([.http]) { lab throws in
            for line in [
                "X: \(String(repeating: "a", count: 70_000))\r\n", String(repeating: "X-Y: z\r\n", count: 20_000),
            ] {
                let client = try lab.connect()
                _ = try? client.send("GET / HTTP/1.1\r\nHost: x\r\n")
                _ = try? client.send(line)
                let answer = (try? client.receiveAll()) ?? []
                #expect(answer.isEmpty || Response(head: answer)?.status == 400)
            }
            try expectAlive(lab)
        }
    }

    @Test func endlessTargetIsCutOff() throws {
        try Loopback.with([.http]) { lab throws in
            let client = try lab.connect()
            _ = try? client.send("GET /")
            let piece = [UInt8](repeating: 0x61, count: 1 << 16)
            var sent = 0
            while sent < 64 << 20, (try? client.send(piece)) != nil { sent += piece.count }
            #expect(sent < 64 << 20)
            try expectAlive(lab)
        }
    }

    @Test func randomDatagrams() throws {
        try Loopback.with([.udp]) { lab throws in
            var random = Seeded(state: 7)
            let client = try Client(port: lab.port, socketDatagram)
            for size in [0, 1, 2047, 2048, 2049, 65_507] {
                let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
                try client.send(bytes)
                #expect(!(try client.receive().isEmpty))
            }
        }
    }

    private func setUp(_ plan: inout ServicePlan) throws { plan.aptRoot = plan.stateFolder }

    private func converse(_ lab: Loopback, _ bytes: [UInt8]) throws {
        let client = try lab.connect()
        // It may hang up on us at any point; it may not keep us waiting.
        guard (try? client.send(bytes)) != nil else { return }
        client.finishSending()
        do {
            _ = try client.receiveAll()
        } catch let error as SystemError where error.errno == EAGAIN {
            Issue.record("the server hangs on \(bytes)")
        } catch {}
    }

    private func expectAlive(_ lab: Loopback) throws {
        let client = try lab.connect()
        try client.send("GET /ip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        client.finishSending()
        #expect(!(try client.receiveAll().isEmpty))
    }
}

/// SplitMix64: the same numbers in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
