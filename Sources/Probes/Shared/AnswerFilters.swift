/// Filters for raw sockets, which hear all packets of their protocol in their namespace, not only our own.
extension PacketProgram {
    /// `tcp dst port MARK`, `udp dst port MARK`, or for ICMP `icmp[0] == 0 and icmp[4:2] == MARK`.
    static func answers(to protocolNumber: UInt8, mark: UInt16) -> PacketProgram {
        var program = PacketProgram()
        program.loadHeaderLength(at: 0)
        if protocolNumber == ProtocolNumber.icmp {
            program.load(byteAfterHeader: 0)
            program.require(equal: UInt32(ICMPPacket.echoReply))
        }
        program.load(halfAfterHeader: protocolNumber == ProtocolNumber.icmp ? 4 : 2)
        program.require(equal: UInt32(mark))
        program.finish()
        return program
    }

    /// ICMP errors that quote a packet of this protocol from our port, or with our identifier.
    static func errors(about protocolNumber: UInt8, mark: UInt16) -> PacketProgram {
        var program = PacketProgram()
        program.loadHeaderLength(at: 0)
        program.load(byteAfterHeader: 0)
        program.requireError(about: protocolNumber, mark: mark)
        program.finish()
        return program
    }

    /// Echo replies with our identifier, and ICMP errors that quote a request with it.
    static func echoes(identifier: UInt16) -> PacketProgram {
        var program = PacketProgram()
        program.loadHeaderLength(at: 0)
        program.load(byteAfterHeader: 0)
        // jne #0, +3; ldh [x + 4]; jne #IDENTIFIER, drop; ret #-1
        program.skip(3, unlessEqual: UInt32(ICMPPacket.echoReply))
        program.load(halfAfterHeader: 4)
        program.require(equal: UInt32(identifier))
        program.accept()
        program.requireError(about: ProtocolNumber.icmp, mark: identifier)
        program.finish()
        return program
    }

    /// With the ICMP type loaded and the index at the ICMP header.
    private mutating func requireError(about protocolNumber: UInt8, mark: UInt16) {
        skip(2, ifEqual: UInt32(ICMPPacket.unreachable))
        skip(1, ifEqual: UInt32(ICMPPacket.timeExceeded))
        require(equal: UInt32(ICMPPacket.parameterProblem))
        // The quoted header begins 8 bytes into the ICMP message.
        load(byteAfterHeader: 8 + 9)
        require(equal: UInt32(protocolNumber))
        load(byteAfterHeader: 8)
        mask(0x0f)
        shiftLeft(2)
        addIndex()
        copyToIndex()
        load(halfAfterHeader: 8 + (protocolNumber == ProtocolNumber.icmp ? 4 : 0))
        require(equal: UInt32(mark))
    }
}
