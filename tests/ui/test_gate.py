from ui.console.gate import Gate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_password_opens_and_another_does_not():
    gate = Gate(Clock())
    assert gate.opens("秘密", "秘密")
    assert not gate.opens("秘密 ", "秘密")


def test_pauses_grow_from_the_third_wrong_try():
    clock, pauses = Clock(), []
    gate = Gate(clock)
    for _ in range(10):
        gate.opens("wrong", "right")
        pauses.append(gate.pause())
        clock.now += gate.pause()
    assert pauses == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_even_the_right_password_waits_for_the_pause():
    clock = Clock()
    gate = Gate(clock)
    for _ in range(3):
        gate.opens("wrong", "right")
    assert not gate.opens("right", "right")
    clock.now += 1
    assert gate.opens("right", "right")


def test_success_forgets_the_wrong_tries():
    gate = Gate(Clock())
    gate.opens("wrong", "right")
    gate.opens("wrong", "right")
    gate.opens("right", "right")
    gate.opens("wrong", "right")
    assert gate.pause() == 0
