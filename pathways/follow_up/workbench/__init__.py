"""The workbench of the follow-up: the call list, one student to call, and how to reach them."""
