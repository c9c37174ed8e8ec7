"""The page that Streamlit's chat tutorial ends with: `st.write_stream` over a generator."""

import streamlit as st

from eval.bench.token_source import Order, speak_sync

if "messages" not in st.session_state:
    st.session_state.messages = []
for message in st.session_state.messages:
    with st.chat_message(message["role"]):
        st.markdown(message["content"])
if question := st.chat_input("Ask"):
    st.session_state.messages.append({"role": "user", "content": question})
    with st.chat_message("user"):
        st.markdown(question)
    with st.chat_message("assistant"):
        answer = st.write_stream(speak_sync(Order.of(question)))
    st.session_state.messages.append({"role": "assistant", "content": answer})
