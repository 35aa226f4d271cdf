import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem
import Namespaces

/// The sockets of one lane of a scan: one to send, one that hears only our answers, one only ICMP errors about us.
struct ScanSockets: ~Copyable {
    /// Sends; for TCP the answers come in here too.
    let sender: ProbeSocket
    let answers: ProbeSocket
    let errors: ProbeSocket
    /// Holds our source port as long as the scan lasts. For UDP it is the sender itself.
    private let reservation: ProbeSocket
    private let foreignDrops: Int
    /// What queues on the way have dropped.
    let losses: LossWatch
    /// For the first asking of many ports of one address; closed after it.
    var frames: FramePath?
    /// The source port, or the identifier of echo requests.
    let mark: UInt16

    /// - Parameter many: whether one address is asked so much that frames are worth their while.
    init(_ kind: ScanLane.Kind, in namespace: NetworkNamespace, many: Bool) throws {
        let protocolNumber = Int32(kind.protocolNumber)
        // One visit to the namespace for all of them.
        let raw = try namespace.run {
            let reservation = try OwnedDescriptor(
                socket: AF_INET, kind == .udp ? socketDatagram : socketStream)
            let answers = try OwnedDescriptor(socket: AF_INET, socketRaw | socketNonBlocking, protocolNumber)
            let errors = try OwnedDescriptor(socket: AF_INET, socketRaw | socketNonBlocking, Int32(IPPROTO_ICMP))
            let losses = try LossWatch.open()
            return (
                reservation.release(), answers.release(), errors.release(), losses,
                many && kind == .tcp ? FramePath.open() : nil
            )
        }
        frames = raw.4.map { FramePath(owning: $0) }
        let losses = LossWatch(owning: raw.3)
        let reservation = ProbeSocket(OwnedDescriptor(owning: raw.0))
        let answers = ProbeSocket(OwnedDescriptor(owning: raw.1))
        let errors = ProbeSocket(OwnedDescriptor(owning: raw.2))
        try reservation.bind(.unspecified)
        let mark = kind == .echo ? .random(in: 1...UInt16.max) : try reservation.localAddress().port
        let sender = ProbeSocket(
            try kind == .udp ? reservation.descriptor.duplicate() : answers.descriptor.duplicate())

        try sender.set(SOL_SOCKET, SO_BROADCAST, 1)
        try answers.hearOnly(.answers(to: kind.protocolNumber, mark: mark))
        try errors.hearOnly(.errors(about: kind.protocolNumber, mark: mark))
        // Room for the answers to some thousand questions; they are drained after every batch.
        try systemCall("setsockopt") { cnl_receive_buffer(answers.descriptor.raw, 16 << 20) }
        try systemCall("setsockopt") { cnl_receive_buffer(errors.descriptor.raw, 16 << 20) }
        try systemCall("setsockopt") { cnl_send_buffer(sender.descriptor.raw, 4 << 20) }
        // What was lost before the filter was in place was never ours.
        let foreignDrops = try Self.drops(answers, errors)
        self.foreignDrops = foreignDrops
        self.losses = losses
        self.sender = sender
        self.answers = answers
        self.errors = errors
        self.reservation = reservation
        self.mark = mark
    }

    /// Answers these sockets lost for want of room.
    func drops() throws(SystemError) -> Int { try Self.drops(answers, errors) - foreignDrops }

    private static func drops(
        _ answers: borrowing ProbeSocket, _ errors: borrowing ProbeSocket
    ) throws(SystemError) -> Int {
        let lostAnswers = try systemCall("getsockopt", "SO_MEMINFO") { cnl_socket_drops(answers.descriptor.raw) }
        let lostErrors = try systemCall("getsockopt", "SO_MEMINFO") { cnl_socket_drops(errors.descriptor.raw) }
        return Int(lostAnswers + lostErrors)
    }
}
