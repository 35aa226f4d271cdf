import CNetlabShims
import LinuxSystem

/// A classic BPF program, written line by line; conditions that fail jump to the end, where the packet is dropped.
struct PacketProgram {
    /// The ancillary word that holds the link layer's protocol, where the IP header itself does not say.
    static let linkProtocol = UInt32(bitPattern: SKF_AD_OFF + SKF_AD_PROTOCOL)

    private(set) var instructions: [sock_filter] = []
    /// Jumps whose false branch (or true branch) leads to the end.
    private var dropsOnFalse: [Int] = []
    private var dropsOnTrue: [Int] = []

    init() {}

    /// A program that is whole.
    init(finished instructions: [sock_filter]) { self.instructions = instructions }

    /// `ldb [offset]`
    mutating func load(byte offset: UInt32) { add(BPF_LD | BPF_B | BPF_ABS, offset) }
    /// `ldh [offset]`
    mutating func load(half offset: UInt32) { add(BPF_LD | BPF_H | BPF_ABS, offset) }
    /// `ld [offset]`
    mutating func load(word offset: UInt32) { add(BPF_LD | BPF_W | BPF_ABS, offset) }
    /// `ldx 4*([offset]&0xf)`: the length of the IP header that begins there.
    mutating func loadHeaderLength(at offset: UInt32) { add(BPF_LDX | BPF_B | BPF_MSH, offset) }
    /// `ldb [x + offset]`
    mutating func load(byteAfterHeader offset: UInt32) { add(BPF_LD | BPF_B | BPF_IND, offset) }
    /// `ldh [x + offset]`
    mutating func load(halfAfterHeader offset: UInt32) { add(BPF_LD | BPF_H | BPF_IND, offset) }
    /// `and #mask`
    mutating func mask(_ mask: UInt32) { add(BPF_ALU | BPF_AND | BPF_K, mask) }
    /// `lsh #bits`
    mutating func shiftLeft(_ bits: UInt32) { add(BPF_ALU | BPF_LSH | BPF_K, bits) }
    /// `add x`
    mutating func addIndex() { add(BPF_ALU | BPF_ADD | BPF_X, 0) }
    /// `tax`
    mutating func copyToIndex() { add(BPF_MISC | BPF_TAX, 0) }

    /// `jne #value, drop`
    mutating func require(equal value: UInt32) {
        dropsOnFalse.append(instructions.count)
        add(BPF_JMP | BPF_JEQ | BPF_K, value)
    }

    /// `jset #bits, drop`
    mutating func require(noneOf bits: UInt32) {
        dropsOnTrue.append(instructions.count)
        add(BPF_JMP | BPF_JSET | BPF_K, bits)
    }

    /// `jeq #value, +count`
    mutating func skip(_ count: UInt8, ifEqual value: UInt32) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value)
        instructions[instructions.count - 1].jt = count
    }

    /// `jne #value, +count`
    mutating func skip(_ count: UInt8, unlessEqual value: UInt32) {
        add(BPF_JMP | BPF_JEQ | BPF_K, value)
        instructions[instructions.count - 1].jf = count
    }

    /// `ret #-1`
    mutating func accept() { add(BPF_RET | BPF_K, UInt32.max) }

    /// Ends the program: `ret #-1` for what came this far, `ret #0` for the rest.
    mutating func finish() {
        accept()
        let drop = instructions.count
        add(BPF_RET | BPF_K, 0)
        for index in dropsOnFalse { instructions[index].jf = UInt8(drop - index - 1) }
        for index in dropsOnTrue { instructions[index].jt = UInt8(drop - index - 1) }
    }

    /// Puts the filter on a socket; from the next packet on only what passes is queued.
    func attach(to descriptor: borrowing OwnedDescriptor) throws(SystemError) {
        try systemCall("setsockopt", "SO_ATTACH_FILTER") {
            cnl_attach_filter(descriptor.raw, instructions, Int32(instructions.count))
        }
    }

    private mutating func add(_ code: Int32, _ value: UInt32) {
        instructions.append(sock_filter(code: UInt16(code), jt: 0, jf: 0, k: value))
    }
}
