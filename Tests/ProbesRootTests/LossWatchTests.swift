import Testing

@testable import Probes

@Suite struct LossWatchTests {
    @Test func lossesAreReadFromTheKernelsOwnTables() {
        let processors = """
            00a1b2c3 00000002 00000000 00000000 00000000
            00000001 0000000f 00000000 00000000 00000000

            """
        #expect(LossWatch.processorDrops(processors) == 17)
        let interfaces = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls
                lo:     100       1    0    3    0     0          0         0      100       1    0    0    0     0
              eth0:     200       2    0    0    0     0          0         0      200       2    0    4    0     0

            """
        #expect(LossWatch.interfaceDrops(interfaces) == 7)
    }
}
