import Foundation

@testable import Netlink

/// Messages as text: the equal command, then four bytes a line with what they are.
struct MessageDump {
    enum Family { case route, netfilter }

    let batch: NetlinkBatch
    let family: Family

    var text: String { batch.purposes.indices.map(message).joined(separator: "\n") }

    /// One message by its number.
    func message(_ index: Int) -> String {
        let start = batch.offsets[index]
        let end = index + 1 < batch.offsets.count ? batch.offsets[index + 1] : batch.bytes.count
        let bytes = Array(batch.bytes[start..<end])
        let purpose = batch.purposes[index]
        var lines = [purpose.operation, "  for: \(purpose.subject)"]
        let type = UInt16(bytes[4]) | UInt16(bytes[5]) << 8
        lines.append(line(bytes[0..<4], 0, "length \(little(bytes[0..<4]))"))
        lines.append(line(bytes[4..<8], 0, "type \(type), flags 0x\(String(little(bytes[6..<8]), radix: 16))"))
        lines.append(line(bytes[8..<12], 0, "sequence: when sent"))
        lines.append(line(bytes[12..<16], 0, "port: when sent"))
        let body = headerLength(type)
        for offset in stride(from: 16, to: 16 + body, by: 4) { lines.append(line(bytes[offset..<offset + 4], 0, "")) }
        lines += attributes(bytes[(16 + body)...], path: [Int(type)], depth: 1)
        return lines.joined(separator: "\n") + "\n"
    }

    private func attributes(_ bytes: ArraySlice<UInt8>, path: [Int], depth: Int) -> [String] {
        var lines: [String] = []
        var rest = bytes
        while rest.count >= 4 {
            let length = little(rest.prefix(2))
            let type = little(rest.dropFirst(2).prefix(2))
            guard length >= 4, length <= rest.count else { return lines + ["  broken"] }
            let here = path + [type & 0x3fff]
            lines.append(line(rest.prefix(4), depth, "\(type & 0x3fff), \(length - 4) bytes"))
            let payload = rest.dropFirst(4).prefix((length + 3) & ~3 - 4)
            if type & 0x8000 != 0 || Self.nested.contains(here) {
                let header = here == Self.peer ? 16 : 0
                lines += data(payload.prefix(header), depth + 1)
                lines += attributes(payload.dropFirst(header), path: here, depth: depth + 1)
            } else {
                lines += data(payload, depth + 1)
            }
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return lines
    }

    private func data(_ bytes: ArraySlice<UInt8>, _ depth: Int) -> [String] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
            let part = bytes.dropFirst(offset).prefix(4)
            let letters = part.map { 32..<127 ~= $0 ? String(UnicodeScalar($0)) : "." }.joined()
            return line(part, depth, part.contains { 97...122 ~= $0 } ? letters : "")
        }
    }

    private func line(_ bytes: ArraySlice<UInt8>, _ depth: Int, _ meaning: String) -> String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        let text = String(repeating: "  ", count: depth + 1) + digits
        return meaning.isEmpty ? text : text + "   " + meaning
    }

    private func little(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// The family's own header after the netlink header, by message type.
    private func headerLength(_ type: UInt16) -> Int {
        guard family == .route else { return 4 }
        return switch type {
        case 16...19: 16  // struct ifinfomsg
        case 20: 8  // struct ifaddrmsg
        case 24, 25, 28, 32: 12  // struct rtmsg, ndmsg, fib_rule_hdr
        case 67: 4  // struct ndtmsg
        default: 0
        }
    }

    /// VETH_INFO_PEER: a whole link message, with its `struct ifinfomsg`.
    private static let peer = [16, 18, 2, 1]
    /// NDTA_PARMS: nested, though libnl does not set the bit that says so.
    private static let nested: Set<[Int]> = [[67, 6]]
}

/// Files with what the tests expect.
enum Fixtures {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/Messages")

    /// The stored text; with NETLAB_RECORD=1 the new text, stored. Read the difference before you commit it.
    static func golden(_ name: String, for actual: String) throws -> String {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["NETLAB_RECORD"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        return try String(contentsOf: file, encoding: .utf8)
    }
}

/// The first line in which two texts differ, for a failure one can read.
func difference(_ actual: String, _ expected: String) -> String? {
    let left = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let right = expected.split(separator: "\n", omittingEmptySubsequences: false)
    for index in 0..<max(left.count, right.count) {
        let (now, was) = (index < left.count ? left[index] : "(end)", index < right.count ? right[index] : "(end)")
        if now != was { return "line \(index + 1)\n  is:  \(now)\n  was: \(was)" }
    }
    return nil
}

/// Bytes from hexadecimal digits; spaces do not count.
func bytes(_ digits: String) -> [UInt8] {
    let digits = digits.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue ?? 0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
