import CNetlabShims

/// Which frames a capture keeps: a classic BPF program for frames that begin with their Ethernet header.
public struct FrameFilter: Sendable {
    let program: PacketProgram
    /// What the user wrote.
    public let text: String

    /// Reads what `tcpdump -y EN10MB -ddd FILTER` prints: how many instructions, then four numbers for each.
    ///
    /// `nil` if it is anything else.
    public init?(compiled: String, text: String) {
        let lines = compiled.split(separator: "\n")
        // BPF_MAXINSNS of the kernel.
        guard let count = lines.first.flatMap({ Int($0) }), 1...4096 ~= count, lines.count == count + 1 else {
            return nil
        }
        var instructions: [sock_filter] = []
        for line in lines.dropFirst() {
            let numbers = line.split(separator: " ")
            guard numbers.count == 4, let code = UInt16(numbers[0]), let jt = UInt8(numbers[1]),
                let jf = UInt8(numbers[2]), let k = UInt32(numbers[3])
            else { return nil }
            instructions.append(sock_filter(code: code, jt: jt, jf: jf, k: k))
        }
        program = PacketProgram(finished: instructions)
        self.text = text
    }

    /// A witness's filter; what it reads from the IP header on is found behind the Ethernet header.
    public init(_ filter: PacketFilter, text: String) {
        program = filter.program.behindLinkHeader
        self.text = text
    }
}

extension PacketProgram {
    /// The same program for packets that begin with a link header: the kernel counts from the network header where an
    /// offset has `SKF_NET_OFF` added.
    var behindLinkHeader: PacketProgram {
        let moved = instructions.map { instruction in
            let code = Int32(instruction.code)
            // BPF_CLASS, BPF_MODE and the sign: ancillary words are negative already.
            let kind = code & 0x07
            let mode = code & 0xe0
            let reads = kind == BPF_LD && (mode == BPF_ABS || mode == BPF_IND) || kind == BPF_LDX && mode == BPF_MSH
            guard reads, Int32(bitPattern: instruction.k) >= 0 else { return instruction }
            var moved = instruction
            moved.k = instruction.k &+ UInt32(bitPattern: SKF_NET_OFF)
            return moved
        }
        return PacketProgram(finished: moved)
    }
}
