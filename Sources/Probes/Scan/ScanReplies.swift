import CNetlabShims
import Glibc
import IPAddressing
import LinuxSystem

extension ScanLane {
    /// Takes in all that has come, on both sockets.
    mutating func drain() throws(SystemError) {
        while true {
            let count = try receive(on: sockets.answers.descriptor.raw)
            for slot in 0..<count { take(read(answer: slot)) }
            if count < Self.slots { break }
        }
        while true {
            let count = try receive(on: sockets.errors.descriptor.raw)
            for slot in 0..<count { take(read(error: slot)) }
            if count < Self.slots { break }
        }
    }

    /// Fills the inbox; how many packets came, 0 if there were none.
    private mutating func receive(on descriptor: Int32) throws(SystemError) -> Int {
        do {
            let count = try systemCall("recvmmsg") {
                inbox.withUnsafeMutableBytes { bytes in
                    let base = bytes.baseAddress
                    return lengths.withUnsafeMutableBufferPointer {
                        cnl_receive_many(descriptor, base, Self.slotSize, $0.baseAddress, Int32(Self.slots))
                    }
                }
            }
            return Int(count)
        } catch  where error.errno == EAGAIN {
            return 0
        }
    }

    /// Where in the grid a packet belongs.
    private struct Place {
        let row: Int
        let index: Int
    }

    /// What a packet means.
    private enum Reply {
        case synAck(Place), reset(Place), datagram(Place), echo(Place)
        case error(Place, code: UInt8, isOwn: Bool)
        /// For us, but no answer to what was asked.
        case other
        /// Not for us: it came before the filter was in place.
        case foreign
    }

    private func packet(_ slot: Int) -> Range<Int> {
        slot * Self.slotSize..<slot * Self.slotSize + Int(lengths[slot])
    }

    /// Reads a packet to our port, or an echo reply with our identifier.
    private func read(answer slot: Int) -> Reply {
        let packet = inbox.span.extracting(packet(slot))
        guard let header = IPv4Header(packet), header.fragmentOffset == 0 else { return .foreign }
        let start = header.payload
        switch findings.kind {
        case .tcp:
            guard packet.big16(at: start + 2) == sockets.mark else { return .foreign }
            guard let port = packet.big16(at: start), let acknowledged = packet.big32(at: start + 8),
                let bits = packet.big16(at: start + 12),
                let place = find(header.source, port),
                acknowledged == ProbeWriter.sequence(place.index, secret: secret) &+ 1
            else { return .other }
            return bits & 0x04 != 0 ? .reset(place) : bits & 0x12 == 0x12 ? .synAck(place) : .other
        case .udp:
            guard packet.big16(at: start + 2) == sockets.mark else { return .foreign }
            guard let port = packet.big16(at: start), let place = find(header.source, port) else { return .other }
            return .datagram(place)
        case .echo:
            guard packet.big16(at: start + 4) == sockets.mark, packet[start] == ICMPPacket.echoReply else {
                return .foreign
            }
            guard let number = packet.big32(at: start + 8), packet.big32(at: start + 12) == secret,
                let place = find(header.source, 0), Int(number) == place.index
            else { return .other }
            return .echo(place)
        }
    }

    /// Reads an ICMP error that quotes a packet of ours.
    private func read(error slot: Int) -> Reply {
        let packet = inbox.span.extracting(packet(slot))
        guard let header = IPv4Header(packet), let message = ICMPPacket(packet, at: header.payload),
            let quoted = message.quoted, quoted.protocolNumber == findings.kind.protocolNumber,
            packet.big16(at: quoted.payload + (findings.kind == .echo ? 4 : 0)) == sockets.mark
        else { return .foreign }
        let port = findings.kind == .echo ? 0 : packet.big16(at: quoted.payload + 2)
        guard let port, let place = find(quoted.destination, port) else { return .other }
        let isClosed =
            findings.kind == .udp && message.type == ICMPPacket.unreachable
            && message.code == UInt8(ICMP_PORT_UNREACH) && header.source == quoted.destination
        let code = isClosed ? PortState.Code.closed : PortState.Code.icmp(type: message.type, code: message.code)
        // Its own kernel speaks to itself when nobody answers ARP; a packet from the network it is not.
        return .error(place, code: code, isOwn: header.source == quoted.source)
    }

    private mutating func take(_ reply: Reply) {
        switch reply {
        case .synAck(let place):
            findings.received.synAcks += 1
            settle(place, PortState.Code.open)
        case .reset(let place):
            findings.received.resets += 1
            settle(place, PortState.Code.closed)
        case .datagram(let place):
            findings.received.datagrams += 1
            settle(place, PortState.Code.open)
        case .echo(let place):
            findings.received.echoReplies += 1
            settle(place, PortState.Code.open)
        case .error(let place, let code, let isOwn):
            if isOwn { findings.received.ownICMPErrors += 1 } else { findings.received.icmpErrors += 1 }
            settle(place, code)
        case .other: findings.received.others += 1
        case .foreign: break
        }
    }

    /// The probe of this lane for that address and port.
    private func find(_ address: IPv4Address, _ port: UInt16) -> Place? {
        guard let row = grid.row(of: address.number, hint: hint), let index = grid.index(row: row, port: port),
            findings.part.contains(index)
        else { return nil }
        return Place(row: row, index: index)
    }

    /// Records a state; an answer of the target itself outweighs what others said about it.
    private mutating func settle(_ place: Place, _ code: UInt8) {
        hint = place.row
        let slot = place.index - findings.part.lowerBound
        let old = findings.codes[slot]
        let isDirect = code < PortState.Code.unreachable
        if !PortState.Code.isAnswered(old) {
            unanswered -= 1
            if isDirect { answered += 1 }
            slowestAnswer = max(slowestAnswer, Deadline.now - lastAsked)
        } else if old == PortState.Code.open || !isDirect {
            return
        }
        findings.codes[slot] = code
    }
}
