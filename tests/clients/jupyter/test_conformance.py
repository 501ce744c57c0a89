"""Jupyter's own conformance tests; they hold each message against the protocol's schemas."""

import jupyter_kernel_test


class WalnutTests(jupyter_kernel_test.KernelTests):
    kernel_name = "walnut"
    language_name = "e"
    file_extension = ".e"
    code_hello_world = 'println("hello, world")'
    code_stderr = 'stderr.println("a warning")'
    completion_samples = [{"text": "Transp", "matches": {"Transparent", "TransparentStamp"}}]
    complete_code_samples = ["1 + 1", "def mint {\n    to makePurse() { return 1 }\n}", "# nothing"]
    incomplete_code_samples = ["def mint {", "[1, 2,", '"unclosed']
    invalid_code_samples = ["}", "def def"]
    code_generate_error = 'throw("the bank has burnt down")'
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [{"code": "Ref.promise()[0]", "mime": "text/html"}]
    code_history_pattern = "6 ? 7*"
    supported_history_operations = ("tail", "range", "search")
    # E has no words for these two; a test of them would only be skipped.
    test_pager = None
    test_clear_output = None
    code_inspect_sample = "DeepFrozen"


class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "walnut"
    support_iopub_welcome = True
