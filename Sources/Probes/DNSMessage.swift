import IPAddressing

/// The part of RFC 1035 that asks for the addresses of a name and reads the answer, which may be hostile.
struct DNSMessage {
    /// Why the bytes are no answer to our question.
    struct Malformed: Error, Hashable { let reason: String }

    /// The flags and codes of the header.
    private static let responseBit: UInt16 = 0x8000
    private static let truncatedBit: UInt16 = 0x0200
    private static let typeA: UInt16 = 1
    private static let typeCNAME: UInt16 = 5
    private static let classInternet: UInt16 = 1

    let rcode: Int
    let isTruncated: Bool
    /// The A records at the end of the chain of CNAMEs that starts at the name asked for.
    let addresses: [IPv4Address]

    /// A query for A records that asks the server to recurse; `nil` if the name is no DNS name.
    static func query(_ name: String, identifier: UInt16) -> [UInt8]? {
        let plain = name.hasSuffix(".") ? name.dropLast() : Substring(name)
        var bytes: [UInt8] = identifier.bigEndianBytes + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let start = bytes.count
        for label in plain.split(separator: ".", omittingEmptySubsequences: false) {
            guard 1...63 ~= label.utf8.count, label.utf8.allSatisfy({ 33...126 ~= $0 }) else { return nil }
            bytes += [UInt8(label.utf8.count)] + Array(label.utf8)
        }
        guard bytes.count - start < 255 else { return nil }
        return bytes + [0] + typeA.bigEndianBytes + classInternet.bigEndianBytes
    }

    /// Reads an answer to `query`; `nil` if it answers something else and should be passed over.
    init?(_ bytes: [UInt8], answering query: [UInt8]) throws(Malformed) {
        let message = bytes.span
        guard let identifier = message.big16(at: 0), let flags = message.big16(at: 2), message.count >= 12,
            identifier == query.span.big16(at: 0), flags & Self.responseBit != 0, flags & 0x7800 == 0
        else { return nil }
        rcode = Int(flags & 15)
        isTruncated = flags & Self.truncatedBit != 0
        // A server that could not even read the question may leave it out.
        if message.big16(at: 4) == 0, rcode != 0 {
            addresses = []
            return
        }
        let asked = try Self.name(in: query.span, at: 12)
        let question = try Self.name(in: message, at: 12)
        guard message.big16(at: 4) == 1, question.name == asked.name,
            message.big16(at: question.end) == Self.typeA, message.big16(at: question.end + 2) == Self.classInternet
        else { return nil }
        addresses = try Self.addresses(in: message, from: question.end + 4, of: asked.name, lenient: isTruncated)
    }

    /// Walks the answer section and follows its CNAMEs.
    private static func addresses(
        in message: Span<UInt8>, from start: Int, of asked: [UInt8], lenient: Bool
    ) throws(Malformed) -> [IPv4Address] {
        var found: [(owner: [UInt8], address: IPv4Address)] = []
        var aliases: [[UInt8]: [UInt8]] = [:]
        var offset = start
        for _ in 0..<Int(message.big16(at: 6) ?? 0) {
            // What does not fit is cut off anywhere in a truncated answer; it is asked for again by TCP.
            if lenient && offset >= message.count { break }
            let owner = try name(in: message, at: offset)
            guard let type = message.big16(at: owner.end), let group = message.big16(at: owner.end + 2),
                let length = message.big16(at: owner.end + 8)
            else { throw Malformed(reason: "record cut short") }
            let data = owner.end + 10
            offset = data + Int(length)
            guard offset <= message.count else { throw Malformed(reason: "record longer than the message") }
            guard group == classInternet else { continue }
            if type == typeA {
                guard length == 4, let number = message.big32(at: data) else {
                    throw Malformed(reason: "A record of \(length) bytes")
                }
                found.append((owner.name, IPv4Address(number: number)))
            } else if type == typeCNAME {
                aliases[owner.name] = try name(in: message, at: data).name
            }
        }
        var current = asked
        for _ in 0..<16 {
            guard let next = aliases[current] else { break }
            current = next
        }
        return found.filter { $0.owner == current }.map(\.address)
    }

    /// A name in lower case, as its labels with their lengths, and where it ends in the message.
    ///
    /// A compression pointer must point before the place where its own run of labels began, so no loop is possible.
    private static func name(
        in message: Span<UInt8>, at start: Int
    ) throws(Malformed) -> (name: [UInt8], end: Int) {
        var name: [UInt8] = []
        var offset = start
        var end: Int?
        var barrier = start
        while true {
            guard offset >= 0, offset < message.count else { throw Malformed(reason: "name cut short") }
            let length = Int(message[offset])
            if length == 0 { return (name, end ?? offset + 1) }
            if length & 0xc0 == 0xc0 {
                guard let pointer = message.big16(at: offset) else { throw Malformed(reason: "pointer cut short") }
                let target = Int(pointer & 0x3fff)
                guard target >= 12, target < barrier else { throw Malformed(reason: "compression loop") }
                end = end ?? offset + 2
                barrier = target
                offset = target
                continue
            }
            guard length < 64 else { throw Malformed(reason: "label type") }
            guard offset + 1 + length <= message.count, name.count + length + 1 < 255 else {
                throw Malformed(reason: "name too long")
            }
            for index in offset...offset + length {
                let byte = message[index]
                name.append(index > offset && 65...90 ~= byte ? byte + 32 : byte)
            }
            offset += length + 1
        }
    }
}
