import IPAddressing
import Probes

/// What a probe's sender saw, whatever kind of probe it was.
struct Observation: Sendable {
    /// One line for people: the answer, or why there was none.
    var saw = ""
    /// The probe got what it asked for.
    var succeeded = false
    /// Not one packet came back.
    var isSilent = false
    /// Where it was sent from, once per connection; port 0 for ICMP.
    var locals: [SocketAddress] = []
    var target: SocketAddress?
    var local: SocketAddress? { locals.last }
    /// 1 ICMP, 6 TCP, 17 UDP; `nil` when nothing was sent on the wire.
    var protocolNumber: UInt8?
    /// What the other end said it saw, once per request.
    var seenFrom: [SocketAddress] = []
    var status: Int?
    /// All that came back in words: an answer's body, a program's output.
    var text = ""
    /// The node that says it answered.
    var server: String?
    /// Texts of which one must equal an expected value.
    var values: [String] = []
    var open: [SocketAddress]?
    var hops: [IPv4Address?] = []
    var addresses: [IPv4Address]?
    /// Resets and ICMP errors that came back to a scan: each tells of a packet that nobody stopped in silence.
    var refusals = 0
    /// What a TLS server showed.
    var certificate: ServerCertificate?
    /// Whether a reset ended it in the middle.
    var isReset: Bool?
    /// Where packets say otherwise than the analysis.
    var disagreements: [String]?
    /// Wrong passwords that the sshd at the other end logged meanwhile.
    var attempts: Int?
    /// Packets this probe sent and nobody answered, where the probe itself counts them.
    var unanswered: Int?

    init() {}

    /// The part that all simple probes share.
    init<Reply>(_ outcome: ProbeOutcome<Reply>, to target: SocketAddress, protocolNumber: UInt8) {
        locals = [outcome.local]
        self.target = target
        self.protocolNumber = protocolNumber
        succeeded = outcome.succeeded
        isSilent = outcome.isSilent
        saw = outcome.noReply?.description ?? ""
    }
}
