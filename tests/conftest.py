"""What every test shares: pytest explains the assertions of the referee as it does those of a test."""

import pytest

pytest.register_assert_rewrite("tests.check")
