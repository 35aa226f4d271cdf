import Glibc
import SeededRandom
import Testing

@testable import Netlink

@Suite("The kernel's answers")
struct NetlinkAnswerTests {
    private func parse(_ digits: String) -> NetlinkAnswer? { parse(bytes(digits)) }

    private func parse(_ message: [UInt8]) -> NetlinkAnswer? {
        message.withUnsafeBytes { raw in NetlinkHeader(raw, at: 0).flatMap { NetlinkAnswer($0, raw) } }
    }

    /// NLMSG_ERROR, CAPPED and with attributes; EEXIST; the header of our message; the sentence "no".
    private let capped = """
        2c000000 0200 0003 05000000 00000000  efffffff
        80000000 1000 0506 05000000 00000000  0700 0100 6e6f00 00
        """

    @Test("an ACK is an answer without an error")
    func acknowledgement() throws {
        let answer = try #require(
            parse("24000000 0200 0001 05000000 00000000 00000000 80000000 10000506 05000000 00000000"))
        #expect(answer.errno == 0)
        #expect(answer.text == nil)
    }

    @Test("a refusal carries its number and, after a capped echo, the kernel's sentence")
    func cappedRefusal() throws {
        let answer = try #require(parse(capped))
        #expect(answer.errno == EEXIST)
        #expect(answer.text == "no")
    }

    @Test("after a full echo the sentence stands behind the whole message")
    func fullEcho() throws {
        let answer = try #require(
            parse(
                """
                34000000 0200 0002 05000000 00000000  eaffffff
                16000000 1000 0506 05000000 00000000  aabbccddeeff 0000  0700 0100 6e6f00 00
                """))
        #expect(answer.errno == EINVAL)
        #expect(answer.text == "no")
    }

    @Test("the offset attribute is not taken for the sentence")
    func offset() throws {
        let answer = try #require(
            parse(
                """
                2c000000 0200 0003 05000000 00000000  eaffffff
                80000000 1000 0506 05000000 00000000  0800 0200 18000000
                """))
        #expect(answer.text == nil)
    }

    @Test("without the flag there are no attributes, whatever follows")
    func noAttributes() throws {
        #expect(try #require(parse(capped.replacing("0200 0003", with: "0200 0001"))).text == nil)
    }

    @Test("a message of another type is no answer")
    func otherType() { #expect(parse(capped.replacing("0200 0003", with: "1000 0003")) == nil) }

    @Test("cut anywhere, it is read as far as it goes")
    func truncated() {
        let whole = bytes(capped)
        for count in 0..<whole.count {
            var part = Array(whole.prefix(count))
            // The kernel would announce what it sends; say the cut length, so that the header is accepted.
            if count >= 16 { part[0] = UInt8(count) }
            let answer = parse(part)
            #expect((answer == nil) == (count < 20))
            #expect(answer?.text == nil || answer?.text == "no")
        }
    }

    @Test("an echo that claims any length leads nowhere", arguments: ["ffffffff", "00000000", "03000000", "f0ffff7f"])
    func lyingEcho(_ length: String) throws {
        let answer = try #require(
            parse(
                "2c000000 0200 0002 05000000 00000000  eaffffff \(length) 1000 0506 05000000 00000000 0700 0100 6e6f00 00"
            ))
        #expect(answer.errno == EINVAL)
    }

    @Test("the smallest number there is does not overflow")
    func smallest() throws {
        #expect(try #require(parse("14000000 0200 0000 05000000 00000000 00000080")).errno != 0)
    }

    @Test("random answers", arguments: [4, 5, 6] as [UInt64])
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var message = bytes(capped) + generator.bytes(upTo: 40)
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                message[Int.random(in: 4..<message.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            message[0] = UInt8(message.count)
            _ = parse(message)
        }
    }

    @Test("what the user reads: whose object, what was asked, the error, the kernel's sentence")
    func sentences() throws {
        let purpose = NetlinkBatch.Purpose(operation: "ip link add app", subject: "instance app")
        let refusal = try #require(parse(capped)).refusal(of: purpose)
        #expect("\(refusal)" == "instance app: ip link add app: File exists (kernel: no)")
        let bare = KernelRefusal(operation: "nft batch commit", subject: "", errno: EPERM)
        #expect("\(bare)" == "nft batch commit: Operation not permitted")
        #expect("\(BatchRefusal([refusal, bare]))" == "\(refusal)\n\(bare)")
    }
}

@Suite("Batches")
struct NetlinkBatchTests {
    private func message(_ length: Int) -> [UInt8] {
        [UInt8(length), 0, 0, 0] + [UInt8](repeating: 0, count: length - 4)
    }

    private func batch(_ lengths: [Int]) -> NetlinkBatch {
        var batch = NetlinkBatch()
        for (index, length) in lengths.enumerated() {
            message(length).withUnsafeBytes { batch.append($0, operation: "o\(index)", subject: "s\(index)") }
        }
        return batch
    }

    @Test("messages lie back to back, each on a multiple of four")
    func padding() {
        let batch = batch([17, 16, 19, 20])
        #expect(batch.offsets == [0, 20, 36, 56])
        #expect(batch.bytes.count == 76)
        #expect(batch.purposes.map(\.operation) == ["o0", "o1", "o2", "o3"])
        #expect(batch.count == 4 && !batch.isEmpty && NetlinkBatch().isEmpty)
    }

    @Test("each is a request, numbered in order; one alone asks for an ACK")
    func numbers() {
        var batch = batch([16, 16, 16])
        batch.number(from: .max, acknowledged: 1)
        let headers = batch.bytes.withUnsafeBytes { raw in batch.offsets.compactMap { NetlinkHeader(raw, at: $0) } }
        #expect(headers.map(\.sequence) == [.max, 0, 1], "it wraps around")
        #expect(headers.map(\.flags) == [1, 5, 1])
    }
}
