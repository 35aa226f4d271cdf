import Glibc
import LinuxSystem

/// Counts the packets that queues on the way have dropped: of every processor (for all namespaces of the machine), and
/// of the interfaces of the scanner's own namespace.
///
/// A virtual wire loses a packet in one way only: the receiving processor's queue is full, and that is counted here.
/// While no count has moved, an unanswered question was not lost between veths; it was dropped by a rule, or by a
/// socket at the far end.
struct LossWatch: ~Copyable {
    private let processors: OwnedDescriptor
    private let interfaces: OwnedDescriptor

    /// Opens the files; to be called on a thread inside the namespace, which they go on to speak of.
    static func open() throws(SystemError) -> (processors: Int32, interfaces: Int32) {
        let processors = try OwnedDescriptor(opening: "/proc/thread-self/net/softnet_stat", O_RDONLY)
        let interfaces = try OwnedDescriptor(opening: "/proc/thread-self/net/dev", O_RDONLY)
        return (processors.release(), interfaces.release())
    }

    /// Takes over what `open` opened.
    init(owning files: (processors: Int32, interfaces: Int32)) {
        processors = OwnedDescriptor(owning: files.processors)
        interfaces = OwnedDescriptor(owning: files.interfaces)
    }

    /// Packets dropped so far; only differences mean something.
    var drops: UInt64 {
        get throws(SystemError) {
            Self.processorDrops(try Self.text(of: processors)) &+ Self.interfaceDrops(try Self.text(of: interfaces))
        }
    }

    /// The second column, hexadecimal, of each processor's line (`softnet_seq_show` in net/core/net-procfs.c).
    static func processorDrops(_ text: String) -> UInt64 {
        text.split(separator: "\n").reduce(0) { sum, line in
            let columns = line.split(separator: " ")
            return sum &+ (columns.count > 1 ? UInt64(columns[1], radix: 16) ?? 0 : 0)
        }
    }

    /// Columns 4 (received) and 12 (sent) after the interface's name (`dev_seq_printf_stats`).
    static func interfaceDrops(_ text: String) -> UInt64 {
        text.split(separator: "\n").reduce(0) { sum, line in
            guard let colon = line.firstIndex(of: ":") else { return sum }
            let columns = line[line.index(after: colon)...].split(separator: " ")
            guard columns.count > 11 else { return sum }
            return sum &+ (UInt64(columns[3]) ?? 0) &+ (UInt64(columns[11]) ?? 0)
        }
    }

    private static func text(of file: borrowing OwnedDescriptor) throws(SystemError) -> String {
        let raw = file.raw
        try systemCall("lseek", "/proc/net") { lseek(raw, 0, SEEK_SET) }
        return String(decoding: try file.readAll(), as: UTF8.self)
    }
}
