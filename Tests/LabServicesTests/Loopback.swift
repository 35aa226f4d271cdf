import Glibc
import IPAddressing
import LinuxSystem
import Testing

@testable import LabServices

/// A server on 127.0.0.1 in a folder of its own, for one test.
final class Loopback {
    let folder: String
    private let server: RunningServer
    private let ports: [UInt16]

    /// Runs `body` with a server that has one socket per kind, and ends the server whatever happens.
    static func with(
        _ kinds: [SocketKind], capacity: Capacity = Capacity(), patience: Duration = .seconds(20),
        _ configure: (inout ServicePlan) throws -> Void = { _ in }, _ body: (Loopback) throws -> Void
    ) throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        let loopback = try Loopback(kinds, folder, capacity, patience, configure)
        defer { loopback.server.stop() }
        try body(loopback)
    }

    private init(
        _ kinds: [SocketKind], _ folder: String, _ capacity: Capacity, _ patience: Duration,
        _ configure: (inout ServicePlan) throws -> Void
    ) throws {
        self.folder = folder
        var plan = ServicePlan(lab: "test", stateFolder: folder)
        try configure(&plan)
        var ports: [UInt16] = []
        for kind in kinds {
            let socket = try ListeningSocket.open(kind, port: 0, address: .loopback)
            ports.append(try ListeningSocket.port(of: socket.raw))
            plan.sockets.append(
                AdoptedSocket(descriptor: socket.release(), node: "node", kind: kind, port: ports.last ?? 0, vpc: "vpc")
            )
        }
        self.ports = ports
        server = try RunningServer(plan, capacity: capacity, patience: patience)
    }

    var port: UInt16 { ports.first ?? 0 }

    func connect(_ index: Int = 0) throws -> Client { try Client(port: ports[index]) }

    /// One request on a connection of its own.
    func ask(_ head: String, _ headers: [String] = [], body: String = "") throws -> Response {
        let client = try connect()
        try client.send(([head + " HTTP/1.1", "Host: test"] + headers).joined(separator: "\r\n") + "\r\n\r\n" + body)
        return try client.response(hasBody: !head.hasPrefix("HEAD"))
    }

    var records: [AccessRecord] { get throws { try AccessLog.records(in: folder) } }
}

/// A blocking socket that gives up after five seconds.
final class Client {
    private let socket: OwnedDescriptor
    private var pending: [UInt8] = []

    init(port: UInt16, _ type: Int32 = socketStream) throws {
        socket = try OwnedDescriptor(socket: AF_INET, type)
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(socket.raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket.raw, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = IPv4Address.loopback.number.bigEndian
        let raw = socket.raw
        try systemCall("connect") {
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    var localPort: UInt16 { get throws { try ListeningSocket.port(of: socket.raw) } }

    func setOption(_ level: Int32, _ option: Int32, _ value: Int32) throws {
        var value = value
        try systemCall("setsockopt") {
            setsockopt(socket.raw, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    func setReceiveTimeout(milliseconds: Int) throws {
        var patience = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
        try systemCall("setsockopt") {
            setsockopt(socket.raw, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        // At least once: an empty datagram is a datagram.
        repeat {
            sent += try systemCall("send") {
                bytes.withUnsafeBytes {
                    Glibc.send(
                        socket.raw, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
        } while sent < bytes.count
    }

    func finishSending() { _ = shutdown(socket.raw, Int32(SHUT_WR)) }

    /// Whatever comes next; empty at the end.
    func receive(_ limit: Int = 1 << 17) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = try systemCall("recv") {
            buffer.withUnsafeMutableBytes { recv(socket.raw, $0.baseAddress, $0.count, 0) }
        }
        return Array(buffer[..<count])
    }

    func receiveAll() throws -> [UInt8] {
        while case let piece = try receive(), !piece.isEmpty { pending += piece }
        defer { pending = [] }
        return pending
    }

    /// The next HTTP response; what follows it stays for the next call.
    func response(hasBody: Bool = true) throws -> Response {
        var response: Response?
        while response == nil {
            response = Response(head: pending)
            guard response == nil else { break }
            let piece = try receive()
            try #require(!piece.isEmpty, "closed before a whole head")
            pending += piece
        }
        var result = try #require(response)
        pending.removeFirst(result.headCount)
        let count = hasBody ? Int(result["content-length"] ?? "0") ?? 0 : 0
        while pending.count < count {
            let piece = try receive()
            try #require(!piece.isEmpty, "closed before a whole body")
            pending += piece
        }
        result.body = Array(pending.prefix(count))
        pending.removeFirst(count)
        return result
    }
}

/// What came back over HTTP.
struct Response {
    var status: Int
    var headers: [String: String]
    var body: [UInt8] = []
    let headCount: Int

    /// `nil` as long as the head is not whole.
    init?(head bytes: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard bytes.count >= 4, let start = bytes.indices.dropLast(3).first(where: { Array(bytes[$0..<$0 + 4]) == end })
        else { return nil }
        headCount = start + 4
        let lines = String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        self.status = status
        headers = Dictionary(
            lines.dropFirst().map { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return (parts[0].lowercased(), String((parts.count > 1 ? parts[1] : "").drop { $0 == " " }))
            }, uniquingKeysWith: { "\($0), \($1)" })
    }

    subscript(name: String) -> String? { headers[name] }
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension IPv4Address {
    static let loopback = IPv4Address(127, 0, 0, 1)
}

func temporaryFolder() throws -> String {
    var template = Array("/tmp/netlab-test.XXXXXX".utf8CString)
    let made = mkdtemp(&template)
    try #require(made != nil)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func write(_ text: String, to path: String) throws {
    try OwnedDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644).write(text.utf8)
}

/// Only ever a folder that `temporaryFolder` made.
func removeFolder(_ path: String) {
    guard path.hasPrefix("/tmp/netlab-test."), let listing = opendir(path) else { return }
    while let entry = readdir(listing) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name == "." || name == ".." { continue }
        let child = "\(path)/\(name)"
        if entry.pointee.d_type == UInt8(DT_DIR) { removeFolder(child) } else { unlink(child) }
    }
    closedir(listing)
    rmdir(path)
}
