import Glibc
import IPAddressing
import LinuxSystem
import Testing

@testable import LabServices

@Suite("The tcp and udp listeners")
struct GreeterTests {
    @Test func tcpGreetsAndWaits() throws {
        try Loopback.with([.tcp]) { lab throws in
            let client = try lab.connect()
            let greeting = "netlab node seen-from 127.0.0.1:\(try client.localPort)\n"
            #expect(String(decoding: try client.receive(), as: UTF8.self) == greeting)
            try client.send("anything")
            client.finishSending()
            #expect(try client.receive().isEmpty)
            let record = try #require(try lab.records.first)
            #expect(record.service == .tcp && record.bytes == greeting.utf8.count && record.method == nil)
        }
    }

    @Test func tcpGivesUpInTheEnd() throws {
        try Loopback.with([.tcp], patience: .seconds(1)) { lab throws in
            let client = try lab.connect()
            _ = try client.receive()
            #expect(try client.receive().isEmpty)
        }
    }

    @Test func udpSendsTheDatagramBack() throws {
        try Loopback.with([.udp]) { lab throws in
            let client = try Client(port: lab.port, socketDatagram)
            let heading = "netlab node seen-from 127.0.0.1:\(try client.localPort)\n"
            for payload in ["", "ping", String(repeating: "x", count: 9000)] {
                try client.send(payload)
                #expect(String(decoding: try client.receive(), as: UTF8.self) == heading + payload)
            }
            #expect(try lab.records.map(\.bytes) == [0, 4, 9000].map { heading.utf8.count + $0 })
        }
    }

    @Test func udpDoesNotAnswerAnswers() throws {
        try Loopback.with([.udp]) { lab throws in
            let client = try Client(port: lab.port, socketDatagram)
            try client.send("netlab other seen-from 10.0.0.1:7\nping")
            try client.send("netlab is a word")
            #expect(String(decoding: try client.receive(), as: UTF8.self).hasSuffix("netlab is a word"))
        }
    }

    @Test func socketsOpenBeforeTheirAddressExists() throws {
        // TEST-NET-1: nobody has it.
        for kind in SocketKind.allCases {
            let socket = try ListeningSocket.open(kind, port: 0, address: IPv4Address(192, 0, 2, 1))
            #expect(try ListeningSocket.port(of: socket.raw) > 0)
        }
    }

    @Test func aTakenPortIsSaid() throws {
        let first = try ListeningSocket.open(.tcp, port: 0, address: .loopback)
        let port = try ListeningSocket.port(of: first.raw)
        let error = #expect(throws: SystemError.self) {
            _ = try ListeningSocket.open(.tcp, port: port, address: .loopback).raw
        }
        #expect(error?.description == "bind 127.0.0.1:\(port): Address already in use")
    }
}

func readFile(_ path: String) throws -> [UInt8] { try OwnedDescriptor(opening: path, O_RDONLY).readAll() }
