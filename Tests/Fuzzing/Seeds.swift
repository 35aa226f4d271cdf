import Foundation

/// Inputs to begin with: the repository's own files, and messages put together from their parts.
enum Seeds {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ relative: String) -> String { root.appending(path: relative).path }

    /// Every file of a folder whose name ends so.
    static func files(_ folder: String, suffix: String) -> [[UInt8]] {
        let folder = root.appending(path: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(suffix) }.compactMap {
            (try? Data(contentsOf: folder.appending(path: $0))).map { Array($0) }
        }
    }

    static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    /// `struct nlattr` with its payload and padding, in the order of this machine.
    static func attribute(_ type: Int, _ payload: [UInt8]) -> [UInt8] {
        number(UInt16(payload.count + 4)) + number(UInt16(type)) + payload
            + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    }

    /// In the order of this machine.
    static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number) { Array($0) }
    }

    /// In the order of the network.
    static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { Self.number(number.bigEndian) }
}
